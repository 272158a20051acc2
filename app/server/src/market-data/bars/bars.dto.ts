import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DECIMAL } from '../../common/market/decimal.ts';
import { Ohlc } from '../../common/market/ohlc.dto.ts';
import { SeriesAnswer } from '../../common/market/series-answer.dto.ts';
import { OptionalCivilDate, SeriesQuery } from '../../common/market/series-query.ts';

export class BarsQuery extends SeriesQuery {
  @OptionalCivilDate('the nextCursor of the page before: bars before this date, with all else unchanged')
  cursor?: string;
}

export class BarItem extends Ohlc {
  @ApiProperty({ format: 'date', example: '2024-09-19' })
  date!: string;

  @ApiProperty({ type: 'integer', description: 'shares as traded, also where prices are adjusted' })
  volume!: number;

  @ApiProperty({ description: 'yuan as paid', pattern: DECIMAL, example: '2037648384.00' })
  amount!: string;

  @ApiProperty({ description: 'true: the day, week or month was not over; the bar will change' })
  partial!: boolean;
}

export class HaltItem {
  @ApiProperty({ format: 'date', description: 'first day without trading' })
  from!: string;

  @ApiProperty({ type: String, format: 'date', nullable: true, description: 'last one; null: it goes on' })
  to!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'where the source says it' })
  reason!: string | null;

  @ApiProperty({ description: 'who says so; derived: read from days without a bar', example: 'derived' })
  origin!: string;
}

export class ExDateItem {
  @ApiProperty({ format: 'date', description: 'first day of trading without the rights' })
  date!: string;

  @ApiProperty({ description: 'yuan per share before tax' })
  cashPerShare!: number;

  @ApiProperty({ description: '送股, shares per share' })
  bonusPerShare!: number;

  @ApiProperty({ description: '转增, shares per share' })
  conversionPerShare!: number;

  @ApiProperty({ description: '配股, shares per share' })
  rightsPerShare!: number;

  @ApiPropertyOptional({ type: Number, nullable: true, description: 'yuan per share of the rights issue' })
  rightsPrice!: number | null;

  @ApiProperty({ description: 'raw close before the date' })
  previousClose!: number;

  @ApiProperty({
    description: 'what that close is worth after the rights are gone, by the exchange’s formula',
  })
  reference!: number;

  @ApiProperty({ description: 'reference / previousClose: prices before the date times this are comparable' })
  factor!: number;
}

export class OriginItem {
  @ApiProperty({ example: 'sample' })
  origin!: string;

  @ApiProperty({ format: 'date' })
  from!: string;

  @ApiProperty({ format: 'date' })
  to!: string;
}

export class BarList extends SeriesAnswer {
  @ApiProperty({ type: [BarItem] })
  items!: BarItem[];

  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'cursor of the page of older bars; null: there are none in the range',
  })
  nextCursor!: string | null;

  @ApiProperty({
    type: [HaltItem],
    description: 'days without trading within the range of the items, and after',
  })
  halts!: readonly HaltItem[];

  @ApiProperty({ type: [ExDateItem], description: 'known ex-dates within the range of the items' })
  exDates!: ExDateItem[];

  @ApiProperty({
    type: [OriginItem],
    description: 'which upstream the daily bars came from, within that range',
  })
  origins!: readonly OriginItem[];
}
