import { ApiProperty } from '@nestjs/swagger';
import { OptionalCivilDate } from '../../common/market/series-query.ts';
import { OptionalLimit } from '../../common/paging.ts';

const number = (description: string): PropertyDecorator =>
  ApiProperty({ type: Number, nullable: true, description });

export class ValuationsQuery {
  @OptionalCivilDate('first date to return')
  from?: string;

  @OptionalCivilDate('last date to return')
  to?: string;

  @OptionalLimit({ description: 'the newest so many', maximum: 5000, default: 250 })
  limit: number = 250;

  @OptionalCivilDate('the nextCursor of the page before: days before this, with all else unchanged')
  cursor?: string;
}

/** Null is what the source has not. */
export class ValuationItem {
  @ApiProperty({ format: 'date' })
  date!: string;

  @number('yuan')
  close!: number | null;

  @number('price / earnings of the last four quarters; negative for a loss')
  peTTM!: number | null;

  @number('price / earnings of the last whole year')
  peStatic!: number | null;

  @number('price / book value')
  pb!: number | null;

  @number('price / sales')
  ps!: number | null;

  @number('price / cash flow')
  pcf!: number | null;

  @number('price / earnings / growth')
  peg!: number | null;

  @number('yuan')
  marketCap!: number | null;

  @number('yuan, of the shares that can be traded')
  floatCap!: number | null;

  @number('shares')
  totalShares!: number | null;

  @number('shares that can be traded')
  floatShares!: number | null;

  @ApiProperty({ example: 'eastmoney' })
  origin!: string;
}

export class ValuationList {
  @ApiProperty({ example: '600000.SH' })
  symbol!: string;

  @ApiProperty({ type: String, format: 'date', nullable: true, description: 'newest stored day' })
  asOf!: string | null;

  @ApiProperty({ example: 'aktools' })
  source!: string;

  @ApiProperty({ description: 'true when the newest day is before the last completed trading day' })
  stale!: boolean;

  @ApiProperty({ type: [ValuationItem], description: 'oldest first' })
  items!: ValuationItem[];

  @ApiProperty({ type: String, format: 'date', nullable: true, description: 'null: there are no older ones' })
  nextCursor!: string | null;
}
