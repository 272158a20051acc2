import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsIn, Matches } from 'class-validator';
import { SeriesAnswer } from '../../common/market/series-answer.dto.ts';
import { SeriesQuery } from '../../common/market/series-query.ts';
import { printable } from '../../common/validation.ts';
import { INDICATOR_MODES, type IndicatorMode } from '../index.ts';
import { DefinitionItem, UNITS, type UnitName } from './catalogue.dto.ts';

const MOST_NAMES = 20;

/** Splits at the commas between names, not at those between the numbers of one. */
function commaList({ value }: { value: unknown }): unknown {
  return typeof value === 'string' ? value.split(/,(?![^(]*\))/) : value;
}

const NAME = /^[A-Z][A-Z0-9_]{0,23}(\([\d.,]{1,24}\))?$/;

function notANameIn(names: unknown): string {
  const wrong = Array.isArray(names) ? names.find((name) => !NAME.test(String(name))) : names;
  return `must hold names in upper case, like MA5,MACD(12,26,9),RSI6,KDJ,BOLL, and not ${JSON.stringify(printable(String(wrong)))}; GET /api/v1/indicators lists them`;
}

export class IndicatorsQuery extends SeriesQuery {
  @ApiProperty({
    type: String,
    description:
      `comma separated, at most ${MOST_NAMES}, as /api/v1/indicators lists them; numbers other than the usual ones ` +
      'follow in parentheses. CDL stands for every candlestick pattern.',
    example: 'MA5,MACD(5,34,5),RSI6,KDJ,BOLL',
  })
  @Transform(commaList)
  @ArrayUnique({ message: 'must name each indicator once' })
  @ArrayMaxSize(MOST_NAMES, { message: `must name at most ${MOST_NAMES} indicators` })
  @ArrayMinSize(1, { message: 'must name an indicator' })
  @Matches(NAME, { each: true, message: ({ value }) => notANameIn(value) })
  @IsArray({ message: 'must be given once, like MA5,MACD,RSI6,KDJ,BOLL' })
  names!: string[];

  @ApiPropertyOptional({
    enum: INDICATOR_MODES,
    default: 'cn',
    description: 'cn: as Chinese terminals compute it; talib: as TA-Lib does',
  })
  @IsIn(INDICATOR_MODES, { message: `must be one of ${INDICATOR_MODES.join(', ')}` })
  mode: IndicatorMode = 'cn';
}

export class IndicatorItem {
  @ApiProperty({ format: 'date', example: '2024-09-19' })
  date!: string;

  @ApiProperty({
    description: 'true from the bar on where every column is stable; see stableFrom of the columns',
  })
  stable!: boolean;

  @ApiProperty({ description: 'true: the day, week or month was not over; the values will change' })
  partial!: boolean;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'number' },
    description: 'by column, rounded to 6 decimals; a column without a value at this bar is absent',
    example: { MA5: 9.25, DIF: -0.08 },
  })
  values!: Record<string, number>;
}

export class IndicatorColumnItem {
  @ApiProperty({ example: 'DIF' })
  name!: string;

  @ApiProperty({ enum: UNITS, description: 'what its values are measured in; point: of an index' })
  unit!: UnitName;

  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description:
      'date of the first value in the whole history, whatever window is shown; null where there is none',
  })
  firstValue!: string | null;

  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description:
      'from this bar on windows are full and the beginnings of recursions weigh less than 1e-4; null where the history ends before',
  })
  stableFrom!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'why the column has no values, when the source lacks something',
  })
  missing!: string | null;

  @ApiProperty({ type: DefinitionItem, description: 'the definition in use, for the reader' })
  definition!: DefinitionItem;
}

export class FoundPatternItem {
  @ApiProperty({ format: 'date', example: '2024-09-19', description: 'the last bar of the pattern' })
  date!: string;

  @ApiProperty({ example: 'CDLENGULFING', description: "TA-Lib's name" })
  name!: string;

  @ApiProperty({ example: '吞没' })
  title!: string;

  @ApiProperty({
    example: 100,
    description: 'positive rising, negative falling: ±100, ±80 where bodies meet on one end, ±200 confirmed',
  })
  value!: number;
}

export class IndicatorList extends SeriesAnswer {
  @ApiProperty({ enum: INDICATOR_MODES })
  mode!: IndicatorMode;

  @ApiProperty({ type: [IndicatorColumnItem], description: 'one per column of `values`' })
  columns!: IndicatorColumnItem[];

  @ApiProperty({
    type: [FoundPatternItem],
    description: 'the candlestick patterns that were asked for and are there, oldest first',
  })
  patterns!: FoundPatternItem[];

  @ApiProperty({ type: [IndicatorItem] })
  items!: IndicatorItem[];
}
