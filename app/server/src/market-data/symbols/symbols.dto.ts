import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { EXCHANGES } from '../../common/market/symbol.ts';

/** Only digits become a number; everything else stays what it is and is refused by IsInt. */
export function digitsToNumber({ value }: { value: unknown }): unknown {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
}

export class SymbolsQuery {
  @ApiPropertyOptional({
    description: 'part of the name, or the beginning of the code or of the pinyin initials',
    maxLength: 32,
    example: '平安',
  })
  @IsOptional()
  @IsString({ message: 'must be given once' })
  @MaxLength(32, { message: 'must have at most 32 characters' })
  @Matches(/^[^\p{Cc}]*$/u, { message: 'must not hold control characters' })
  query?: string;

  @ApiPropertyOptional({ description: 'most items to return', minimum: 1, maximum: 200, default: 50 })
  @IsOptional()
  @Transform(digitsToNumber)
  @IsInt({ message: 'must be a whole number from 1 to 200' })
  @Min(1, { message: 'must be a whole number from 1 to 200' })
  @Max(200, { message: 'must be a whole number from 1 to 200' })
  limit: number = 50;
}

export class SymbolItem {
  @ApiProperty({ example: '000001.SZ' })
  symbol!: string;

  @ApiProperty({ example: '平安银行' })
  name!: string;

  @ApiProperty({ enum: EXCHANGES })
  exchange!: string;

  @ApiProperty({ enum: ['stock', 'index'] })
  kind!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'initials of the name, where the source has them',
  })
  pinyin!: string | null;

  @ApiProperty({ type: Number, description: 'daily bars stored; 0: the source has none of this symbol' })
  bars!: number;

  @ApiProperty({ type: String, format: 'date', nullable: true })
  firstBar!: string | null;

  @ApiProperty({ type: String, format: 'date', nullable: true })
  lastBar!: string | null;
}

export class SymbolList {
  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'date of the newest bar of the source; null while none is stored',
  })
  asOf!: string | null;

  @ApiProperty({ example: 'sample' })
  source!: string;

  @ApiProperty({ description: 'true until the first load of the source has ended: symbols may be missing' })
  stale!: boolean;

  @ApiProperty({ description: 'matches in all, of which `items` are the first' })
  total!: number;

  @ApiProperty({ type: [SymbolItem] })
  items!: SymbolItem[];
}
