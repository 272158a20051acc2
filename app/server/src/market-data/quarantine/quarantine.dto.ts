import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, Matches } from 'class-validator';
import { IsReason } from '../../common/text-fields.ts';
import { SYMBOL_PATTERN } from '../../common/market/symbol.ts';
import { OptionalLimit } from '../../common/paging.ts';
import { Optional } from '../../common/optional.ts';

const DISPOSITIONS = ['rejected', 'held', 'flagged'] as const;
const DATASETS = ['daily', 'minutes', 'quotes'] as const;
const STATES = ['open', 'released', 'dropped'] as const;
type Disposition = (typeof DISPOSITIONS)[number];
type Dataset = (typeof DATASETS)[number];
type State = (typeof STATES)[number];

export class QuarantineQuery {
  @ApiPropertyOptional({ example: '000001.SH' })
  @Optional()
  @Matches(SYMBOL_PATTERN, { message: 'must look like 600519.SH' })
  symbol?: string;

  @ApiPropertyOptional({ enum: DISPOSITIONS })
  @Optional()
  @IsIn(DISPOSITIONS, { message: `must be one of ${DISPOSITIONS.join(', ')}` })
  disposition?: Disposition;

  @ApiPropertyOptional({ enum: DATASETS })
  @Optional()
  @IsIn(DATASETS, { message: `must be one of ${DATASETS.join(', ')}` })
  dataset?: Dataset;

  @ApiPropertyOptional({ example: 'high_low_order' })
  @Optional()
  @Matches(/^[a-z_]{1,64}$/, { message: 'must be small letters and underscores' })
  reason?: string;

  @ApiPropertyOptional({ enum: STATES, description: 'open: nobody has decided about it' })
  @Optional()
  @IsIn(STATES, { message: `must be one of ${STATES.join(', ')}` })
  state?: State;

  @ApiPropertyOptional({ description: 'goes on after this id, the `next` of the page before', example: '42' })
  @Optional()
  @Matches(/^\d{1,18}$/, { message: 'must be the `next` of a page' })
  after?: string;

  @OptionalLimit({ maximum: 1000, default: 100 })
  limit: number = 100;
}

export class QuarantineDecisionBody {
  @IsReason('why, for those who read it later')
  reason!: string;
}

export class QuarantineReasonCount {
  @ApiProperty({ enum: DATASETS })
  dataset!: Dataset;

  @ApiProperty({ example: 'high_low_order' })
  reason!: string;

  @ApiProperty({ enum: DISPOSITIONS })
  disposition!: Disposition;

  @ApiProperty()
  count!: number;
}

export class QuarantineCount extends QuarantineReasonCount {
  @ApiProperty({ example: '000001.SH' })
  symbol!: string;
}

export class QuarantineCounts {
  @ApiProperty({ description: 'of at most the 10,000 newest rows that fit, as all counts here' })
  total!: number;

  @ApiProperty({ description: 'true: there may be more rows that fit' })
  isCapped!: boolean;

  @ApiProperty({ description: 'impossible rows, which are not among the bars' })
  rejected!: number;

  @ApiProperty({ description: 'implausible rows, which wait for a person' })
  held!: number;

  @ApiProperty({ description: 'rows that are among the bars, with a remark' })
  flagged!: number;

  @ApiProperty({ type: [QuarantineReasonCount] })
  byReason!: QuarantineReasonCount[];

  @ApiProperty({ type: [QuarantineCount], description: 'the 200 largest' })
  bySymbolAndReason!: QuarantineCount[];
}

export class QuarantineItem {
  @ApiProperty({ example: '42' })
  id!: string;

  @ApiProperty()
  source!: string;

  @ApiProperty({ description: 'the upstream that gave the row', example: 'eastmoney' })
  origin!: string;

  @ApiProperty({ enum: DATASETS })
  dataset!: Dataset;

  @ApiProperty()
  symbol!: string;

  @ApiProperty({ description: '1 is the first row of the newest answer that has it' })
  rowNumber!: number;

  @ApiProperty({ type: String, format: 'date', nullable: true })
  date!: string | null;

  @ApiProperty({ example: 'high_low_order' })
  reason!: string;

  @ApiProperty({ enum: DISPOSITIONS })
  disposition!: Disposition;

  @ApiProperty({ example: 'close 109.29 is below low 109.31' })
  detail!: string;

  @ApiProperty({
    description: 'the row as the source has it',
    oneOf: [
      { type: 'array', items: {} },
      { type: 'object', additionalProperties: true },
    ],
  })
  raw!: unknown;

  @ApiProperty({ enum: ['released', 'dropped'], nullable: true, type: String, description: 'null: open' })
  resolution!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  resolvedAt!: string | null;

  @ApiProperty({ type: String, nullable: true })
  resolvedBecause!: string | null;
}

export class QuarantineList {
  @ApiProperty({ type: QuarantineCounts, description: 'of the rows that fit, not only of this page' })
  counts!: QuarantineCounts;

  @ApiProperty({ type: [QuarantineItem], description: 'in the order in which they were found' })
  items!: QuarantineItem[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'the `after` of the next page; null: this is the last',
  })
  next!: string | null;
}
