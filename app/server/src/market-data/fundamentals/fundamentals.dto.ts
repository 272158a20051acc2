import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Matches, MaxLength } from 'class-validator';
import { OptionalCivilDate } from '../../common/market/series-query.ts';
import { OptionalLimit } from '../../common/paging.ts';
import { Optional } from '../../common/optional.ts';

export class FundamentalsQuery {
  @OptionalCivilDate(
    'as on this date: reports that were public by then, with the figures of that time as far as they were seen before they were restated',
  )
  asOf?: string;

  @ApiPropertyOptional({ description: 'one group of numbers only', maxLength: 32, example: '常用指标' })
  @Optional()
  @IsString({ message: 'must be given once' })
  @MaxLength(32, { message: 'must have at most 32 characters' })
  @Matches(/^[^\p{Cc}]+$/u, { message: 'must not be empty or hold control characters' })
  category?: string;

  @OptionalLimit({ description: 'most reports to return', maximum: 100, default: 8 })
  limit: number = 8;

  @OptionalCivilDate('the nextCursor of the page before: reports older than this, with all else unchanged')
  cursor?: string;
}

export class FundamentalItem {
  @ApiProperty({ example: '常用指标' })
  category!: string;

  @ApiProperty({ example: '归母净利润' })
  item!: string;

  @ApiProperty({ description: 'decimal, in `unit`', example: '46455000000.00' })
  value!: string;

  @ApiProperty({ example: '元', description: '未知: the source does not say' })
  unit!: string;

  @ApiProperty({ description: 'upstream that published it', example: 'sina' })
  origin!: string;

  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description:
      'when it was seen that the figure had been restated; null: it is the first one that was seen',
  })
  restatedOn!: string | null;
}

export class FundamentalReport {
  @ApiProperty({ format: 'date', description: 'last day of the period of the report' })
  reportDate!: string;

  @ApiProperty({
    format: 'date',
    description:
      'from this date on it is taken for public: the legal deadline where the source gives no date of publication',
  })
  publicFrom!: string;

  @ApiProperty({ type: [FundamentalItem] })
  values!: FundamentalItem[];
}

export class FundamentalList {
  @ApiProperty({ example: '600000.SH' })
  symbol!: string;

  @ApiProperty({ format: 'date', description: 'only reports that were public by this date are shown' })
  asOf!: string;

  @ApiProperty({ example: 'aktools' })
  source!: string;

  @ApiProperty({ description: 'true when a report is missing whose legal deadline has passed by `asOf`' })
  stale!: boolean;

  @ApiProperty({ type: [FundamentalReport], description: 'newest first' })
  items!: FundamentalReport[];

  @ApiProperty({ type: String, format: 'date', nullable: true, description: 'null: there are no older ones' })
  nextCursor!: string | null;
}
