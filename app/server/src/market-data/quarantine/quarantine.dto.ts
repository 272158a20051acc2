import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { SYMBOL_PATTERN } from '../../common/market/symbol.ts';
import { digitsToNumber } from '../../common/market/series-query.ts';

const DISPOSITIONS = ['rejected', 'flagged'] as const;

export class QuarantineQuery {
  @ApiPropertyOptional({ example: '000001.SH' })
  @IsOptional()
  @Matches(SYMBOL_PATTERN, { message: 'must look like 600519.SH' })
  symbol?: string;

  @ApiPropertyOptional({ enum: DISPOSITIONS })
  @IsOptional()
  @IsIn(DISPOSITIONS, { message: 'must be rejected or flagged' })
  disposition?: (typeof DISPOSITIONS)[number];

  @ApiPropertyOptional({ minimum: 1, maximum: 1000, default: 100 })
  @IsOptional()
  @Transform(digitsToNumber)
  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be at least 1' })
  @Max(1000, { message: 'must be at most 1000' })
  limit: number = 100;
}

export class QuarantineCount {
  @ApiProperty({ example: '000001.SH' })
  symbol!: string;

  @ApiProperty({ example: 'high_low_order' })
  reason!: string;

  @ApiProperty({ enum: DISPOSITIONS })
  disposition!: string;

  @ApiProperty()
  count!: number;
}

export class QuarantineCounts {
  @ApiProperty()
  total!: number;

  @ApiProperty({ description: 'rows that are not among the bars' })
  rejected!: number;

  @ApiProperty({ description: 'rows that are among the bars, with a remark' })
  flagged!: number;

  @ApiProperty({ type: [QuarantineCount] })
  bySymbolAndReason!: QuarantineCount[];
}

export class QuarantineItem {
  @ApiProperty()
  source!: string;

  @ApiProperty()
  symbol!: string;

  @ApiProperty({ description: '1 is the first row of the source' })
  rowNumber!: number;

  @ApiProperty({ type: String, format: 'date', nullable: true })
  date!: string | null;

  @ApiProperty({ example: 'high_low_order' })
  reason!: string;

  @ApiProperty({ enum: DISPOSITIONS })
  disposition!: string;

  @ApiProperty({ example: 'close 109.29 is below low 109.31' })
  detail!: string;

  @ApiProperty({ description: 'the row as the source has it', type: 'array', items: {} })
  raw!: unknown;
}

export class QuarantineList {
  @ApiProperty({ type: QuarantineCounts })
  counts!: QuarantineCounts;

  @ApiProperty({ type: [QuarantineItem] })
  items!: QuarantineItem[];
}
