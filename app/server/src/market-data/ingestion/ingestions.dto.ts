import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsOptional, Matches } from 'class-validator';
import { SYMBOL_PATTERN } from '../../common/market/symbol.ts';
import { RUN_STATUSES, type RunStatus } from './ingestion.entities.ts';

export class IngestionOrderBody {
  @ApiPropertyOptional({
    type: [String],
    description: 'symbols to load again; absent: everything the source has',
    example: ['000001.SZ'],
  })
  @IsOptional()
  @IsArray({ message: 'must be a list of symbols' })
  @ArrayMinSize(1, { message: 'must name at least one symbol' })
  @ArrayMaxSize(1000, { message: 'must name at most 1000 symbols' })
  @Matches(SYMBOL_PATTERN, { each: true, message: 'must hold symbols like 600519.SH only' })
  symbols?: string[];
}

export class IngestionSymbol {
  @ApiProperty({ example: '000001.SZ' })
  symbol!: string;

  @ApiProperty({ description: 'rows of the source' })
  rowsTotal!: number;

  @ApiProperty({ description: 'rows judged and stored or refused so far' })
  rowsDone!: number;

  @ApiProperty({ description: 'rows refused' })
  rowsQuarantined!: number;

  @ApiProperty({ description: 'rows stored with a remark' })
  rowsFlagged!: number;
}

export class Ingestion {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'sample' })
  source!: string;

  @ApiProperty({
    enum: ['start', 'request'],
    description: 'who asked for it: the start of a worker, or a client',
  })
  trigger!: string;

  @ApiProperty({ enum: RUN_STATUSES })
  status!: RunStatus;

  @ApiProperty({ description: 'times that a worker took it up' })
  attempts!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'what went wrong at the last attempt, without internals: the log has those',
  })
  error!: string | null;

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

  @ApiProperty({ type: [IngestionSymbol] })
  symbols!: IngestionSymbol[];
}

export class IngestionList {
  @ApiProperty({ type: [Ingestion], description: 'newest first, at most 20' })
  items!: Ingestion[];
}
