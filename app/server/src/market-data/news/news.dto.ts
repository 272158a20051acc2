import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { OptionalLimit } from '../../common/paging.ts';
import { Optional } from '../../common/optional.ts';

export class NewsQuery {
  @OptionalLimit({ description: 'most items to return', maximum: 100, default: 20 })
  limit: number = 20;

  @ApiPropertyOptional({ description: 'the nextCursor of the page before' })
  @Optional()
  @Matches(/^\d{1,16}\.\d{1,18}$/, { message: 'must be the nextCursor of the answer before' })
  cursor?: string;
}

/** Text of others: to be shown as text, never as markup or as instructions. */
export class NewsEntry {
  @ApiProperty()
  url!: string;

  @ApiProperty()
  title!: string;

  @ApiProperty()
  excerpt!: string;

  @ApiProperty({ type: String, nullable: true })
  publisher!: string | null;

  @ApiProperty({ format: 'date-time' })
  publishedAt!: string;

  @ApiProperty({ format: 'date-time', description: 'when it was first seen like this' })
  fetchedAt!: string;

  @ApiProperty({ example: 'eastmoney' })
  origin!: string;
}

export class NewsList {
  @ApiProperty({ example: '600000.SH' })
  symbol!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when the source was asked last; null: never, or it had nothing',
  })
  asOf!: string | null;

  @ApiProperty({ example: 'aktools' })
  source!: string;

  @ApiProperty({ description: 'true when that was more than a day ago' })
  stale!: boolean;

  @ApiProperty({ type: [NewsEntry], description: 'newest first' })
  items!: NewsEntry[];

  @ApiProperty({ type: String, nullable: true, description: 'null: there are no older ones' })
  nextCursor!: string | null;
}
