import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, Matches } from 'class-validator';
import { SYMBOL_PATTERN } from '../../common/market/symbol.ts';
import { OptionalLimit } from '../../common/paging.ts';
import { RUN_STATUSES, type RunStatus } from './run-status.ts';
import { INGESTION_KINDS, type IngestionKind } from './run.ts';
import { Optional } from '../../common/optional.ts';

const OUTCOMES = ['pending', 'data', 'empty', 'failed'] as const;
type Outcome = (typeof OUTCOMES)[number];

export class IngestionOrderBody {
  @ApiPropertyOptional({
    enum: INGESTION_KINDS,
    default: 'history',
    description:
      'history: whole series with their ex-dates; refresh: what is new since the last bar; snapshot: quotes of the whole market; minutes: bars of a minute; details: profile, valuations, reports and news. Minutes and details need symbols',
  })
  @Optional()
  @IsIn(INGESTION_KINDS, { message: `must be one of ${INGESTION_KINDS.join(', ')}` })
  kind: IngestionKind = 'history';

  @ApiPropertyOptional({
    type: [String],
    description: 'symbols to load; absent: everything the source has',
    example: ['000001.SZ'],
  })
  @Optional()
  @Matches(SYMBOL_PATTERN, { each: true, message: 'must hold symbols like 600519.SH only' })
  @ArrayMaxSize(1000, { message: 'must name at most 1000 symbols' })
  @ArrayMinSize(1, { message: 'must name at least one symbol' })
  @IsArray({ message: 'must be a list of symbols' })
  symbols?: string[];
}

export class IngestionPageQuery {
  @ApiPropertyOptional({ enum: OUTCOMES })
  @Optional()
  @IsIn(OUTCOMES, { message: `must be one of ${OUTCOMES.join(', ')}` })
  outcome?: Outcome;

  @ApiPropertyOptional({
    description: 'goes on after this symbol, the `next` of the page before',
    example: '000001.SZ',
  })
  @Optional()
  @Matches(/^(\*|\d{6}\.(SH|SZ|BJ))$/, { message: 'must be the `next` of a page' })
  after?: string;

  @OptionalLimit({ maximum: 1000, default: 100 })
  limit: number = 100;
}

export class IngestionSymbol {
  @ApiProperty({ example: '000001.SZ', description: '`*` stands for the whole market in one answer' })
  symbol!: string;

  @ApiProperty({ enum: OUTCOMES, description: 'pending: begun, or a first attempt failed' })
  outcome!: Outcome;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'the upstream that answered',
    example: 'eastmoney',
  })
  origin!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'why it is empty or failed, or what of it is missing',
  })
  detail!: string | null;

  @ApiProperty({ description: 'rows of the source' })
  rowsTotal!: number;

  @ApiProperty({ description: 'rows judged and stored or refused so far' })
  rowsDone!: number;

  @ApiProperty({ description: 'rows refused or held' })
  rowsQuarantined!: number;

  @ApiProperty({ description: 'rows stored with a remark' })
  rowsFlagged!: number;
}

export class IngestionOutcomes {
  @ApiProperty()
  pending!: number;

  @ApiProperty()
  data!: number;

  @ApiProperty({ description: 'symbols of which the source has nothing, each with a reason' })
  empty!: number;

  @ApiProperty()
  failed!: number;
}

export class Ingestion {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: INGESTION_KINDS })
  kind!: IngestionKind;

  @ApiProperty({ example: 'sample' })
  source!: string;

  @ApiProperty({
    enum: ['start', 'request', 'schedule'],
    description: 'who asked for it: the start of a worker, a client, or the schedule',
  })
  trigger!: string;

  @ApiProperty({ enum: RUN_STATUSES })
  status!: RunStatus;

  @ApiProperty({ description: 'times that a worker took it up' })
  attempts!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'what went wrong at the last attempt, or what a run waits for (the newest refusal of the source), without internals: the log has those',
  })
  error!: string | null;

  @ApiProperty({ type: [String], description: 'what a reader of the data should know of this load' })
  warnings!: string[];

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when a run goes on that waits because the source rests or its budget is used up',
  })
  resumesAt!: string | null;

  @ApiProperty({ type: IngestionOutcomes, description: 'symbols begun so far, by outcome' })
  outcomes!: IngestionOutcomes;

  @ApiProperty({ description: 'rows of the symbols begun so far' })
  rowsTotal!: number;

  @ApiProperty()
  rowsDone!: number;

  @ApiProperty()
  rowsQuarantined!: number;

  @ApiProperty()
  rowsFlagged!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'from the first start to the end, or to now' })
  elapsedSeconds!: number | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finishedAt!: string | null;

  @ApiProperty({
    type: [IngestionSymbol],
    description: 'at most 50, failed and unfinished ones first; all of them: GET /api/v1/ingestions/{id}',
  })
  symbols!: IngestionSymbol[];
}

export class IngestionList {
  @ApiProperty({ type: [Ingestion], description: 'newest first, at most 20' })
  items!: Ingestion[];
}

export class IngestionPage {
  @ApiProperty({ type: Ingestion })
  ingestion!: Ingestion;

  @ApiProperty({ type: [IngestionSymbol], description: 'by symbol' })
  items!: IngestionSymbol[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'the `after` of the next page; null: this is the last',
  })
  next!: string | null;
}
