import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsString, Matches, MaxLength } from 'class-validator';
import { OptionalLimit } from '../../common/paging.ts';
import { type Board, EXCHANGES, type SymbolKind } from '../../common/market/symbol.ts';
import type { ListingStatus } from './symbol-facts.ts';
import { Optional } from '../../common/optional.ts';

const KINDS = ['stock', 'index'] as const satisfies readonly SymbolKind[];
const LISTING_STATUSES = ['listed', 'suspended', 'delisted'] as const satisfies readonly ListingStatus[];
const BOARDS = [
  'main',
  'chinext',
  'star',
  'bse',
  'b-share',
  'index',
  'unknown',
] as const satisfies readonly Board[];

/** `true` and `false` become what they say; everything else is refused by IsBoolean. */
function wordToBoolean({ value }: { value: unknown }): unknown {
  if (value === 'true') return true;
  return value === 'false' ? false : value;
}

/** One of a few words: validation and OpenAPI in one. */
function OptionalWord(words: readonly string[], description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ enum: words, description }),
    Optional(),
    IsIn(words, { message: `must be one of ${words.join(', ')}` }),
  );
}

export class SymbolsQuery {
  @ApiPropertyOptional({
    description: 'part of the name, or the beginning of the code or of the pinyin initials',
    maxLength: 32,
    example: '平安',
  })
  @Optional()
  @IsString({ message: 'must be given once' })
  @MaxLength(32, { message: 'must have at most 32 characters' })
  @Matches(/^[^\p{Cc}]*$/u, { message: 'must not hold control characters' })
  query?: string;

  @OptionalWord(EXCHANGES, 'listed there')
  exchange?: string;

  @OptionalWord(BOARDS, 'listed on this board; star: 科创板, chinext: 创业板, bse: 北交所')
  board?: string;

  @OptionalWord(KINDS, 'shares or indices only')
  kind?: string;

  @ApiPropertyOptional({
    type: Boolean,
    description: 'false: delisted ones only; true: all others; both unless given',
  })
  @Optional()
  @Transform(wordToBoolean)
  @IsBoolean({ message: 'must be true or false' })
  listed?: boolean;

  @OptionalLimit({ description: 'most items to return', maximum: 200, default: 50 })
  limit: number = 50;

  @ApiPropertyOptional({ description: 'the nextCursor of the page before, with all else unchanged' })
  @Optional()
  @IsString({ message: 'must be given once' })
  cursor?: string;
}

export class SymbolItem {
  @ApiProperty({ example: '000001.SZ' })
  symbol!: string;

  @ApiProperty({ example: '平安银行' })
  name!: string;

  @ApiProperty({ enum: EXCHANGES })
  exchange!: string;

  @ApiProperty({ enum: KINDS })
  kind!: SymbolKind;

  @ApiProperty({ enum: BOARDS })
  board!: Board;

  @ApiProperty({ type: String, nullable: true, description: 'initials of the name' })
  pinyin!: string | null;

  @ApiProperty({
    description: 'ST or *ST: risk of delisting; on the main board traded within 5 % until 2026-07-03',
  })
  specialTreatment!: boolean;

  @ApiProperty({ enum: LISTING_STATUSES })
  listingStatus!: ListingStatus;

  @ApiProperty({ type: String, format: 'date', nullable: true, description: 'null: not known' })
  listedOn!: string | null;

  @ApiProperty({ type: String, format: 'date', nullable: true })
  delistedOn!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'null: not known' })
  industry!: string | null;

  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description:
      'from this date on all ex-dates are known, so prices can be adjusted; null: not known, only adjust=none is possible. An index has none and needs none.',
  })
  factorsKnownFrom!: string | null;

  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'until when they are known; prices are adjusted only while this reaches the last bar',
  })
  factorsKnownUntil!: string | null;

  @ApiProperty({ type: Number, description: 'daily bars stored; 0: none of this symbol' })
  bars!: number;

  @ApiProperty({ type: String, format: 'date', nullable: true })
  firstBar!: string | null;

  @ApiProperty({ type: String, format: 'date', nullable: true })
  lastBar!: string | null;
}

export class SymbolAnswer extends SymbolItem {
  @ApiProperty({ type: String, format: 'date', nullable: true, description: 'date of the newest stored bar' })
  asOf!: string | null;

  @ApiProperty({ example: 'sample' })
  source!: string;

  @ApiProperty({ description: 'true when bars are missing that should be there' })
  stale!: boolean;
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

  @ApiProperty({ description: 'matches on all pages' })
  total!: number;

  @ApiProperty({ type: [SymbolItem] })
  items!: SymbolItem[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'cursor of the next page; null: this is the last',
  })
  nextCursor!: string | null;
}
