import { ApiProperty } from '@nestjs/swagger';

export class IndexQuote {
  @ApiProperty({ example: '000001.SH' })
  symbol!: string;

  @ApiProperty({ example: '上证指数' })
  name!: string;

  @ApiProperty({ format: 'date', description: 'date of this bar' })
  date!: string;

  @ApiProperty({ description: 'points' })
  last!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'against the bar before; null: there is none' })
  changePercent!: number | null;

  @ApiProperty({ description: 'yuan' })
  amount!: number;
}

export class MarketBreadth {
  @ApiProperty({ type: 'integer' })
  up!: number;

  @ApiProperty({ type: 'integer' })
  down!: number;

  @ApiProperty({ type: 'integer' })
  flat!: number;

  @ApiProperty({ type: 'integer', description: 'listed, and without a trade on the day' })
  halted!: number;

  @ApiProperty({ type: 'integer', description: 'traded, and without a close before: newly listed' })
  unpriced!: number;
}

export class MarketMover {
  @ApiProperty({ example: '600000.SH' })
  symbol!: string;

  @ApiProperty({ example: '浦发银行' })
  name!: string;

  @ApiProperty({ description: 'yuan' })
  last!: number;

  @ApiProperty({ description: 'against the close before, in percent' })
  changePercent!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'yuan' })
  amount!: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'percent of the shares that can be traded' })
  turnoverRate!: number | null;
}

export class IndustrySummary {
  @ApiProperty({ example: '银行' })
  name!: string;

  @ApiProperty({ type: 'integer', description: 'shares that traded' })
  shares!: number;

  @ApiProperty({ type: 'integer' })
  up!: number;

  @ApiProperty({ type: 'integer' })
  down!: number;

  @ApiProperty({ description: 'mean of its shares, each counted once, in percent' })
  changePercent!: number;

  @ApiProperty({ description: 'yuan' })
  amount!: number;
}

export class MarketOverview {
  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description:
      'trading day of the snapshot; null: no whole one is stored yet, and there is nothing else here',
  })
  asOf!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when the snapshot was complete',
  })
  takenAt!: string | null;

  @ApiProperty({ description: 'false: the day was still trading' })
  final!: boolean;

  @ApiProperty({ example: 'sample' })
  source!: string;

  @ApiProperty({ type: String, nullable: true, example: 'eastmoney', description: 'upstream of the quotes' })
  origin!: string | null;

  @ApiProperty({ description: 'true when there is, or should be, a newer day' })
  stale!: boolean;

  @ApiProperty({ type: 'integer', description: 'quotes of the snapshot; it is shown whole or not at all' })
  shares!: number;

  @ApiProperty({ type: MarketBreadth })
  breadth!: MarketBreadth;

  @ApiProperty({ description: 'yuan, of all quotes' })
  turnover!: number;

  @ApiProperty({
    type: [IndexQuote],
    description:
      'of those that are stored the newest bar up to the day of the snapshot; while that day trades it is of the day before, see `date`',
  })
  indices!: readonly IndexQuote[];

  @ApiProperty({
    type: [MarketMover],
    description:
      'at the highest price that the rules of its board allow on the day, most traded first; who is not limited, as in the first sessions, is not here',
  })
  limitUp!: readonly MarketMover[];

  @ApiProperty({ type: [MarketMover], description: 'at the lowest, likewise' })
  limitDown!: readonly MarketMover[];

  @ApiProperty({ type: [MarketMover] })
  gainers!: readonly MarketMover[];

  @ApiProperty({ type: [MarketMover] })
  losers!: readonly MarketMover[];

  @ApiProperty({ type: [MarketMover] })
  mostTraded!: readonly MarketMover[];

  @ApiProperty({ type: [IndustrySummary], description: 'best first; empty where no industries are known' })
  industries!: readonly IndustrySummary[];
}
