import { ApiProperty } from '@nestjs/swagger';
import { INDICATOR_MODES, type IndicatorMode, type Unit } from '../index.ts';

export type UnitName = Exclude<Unit, 'pattern'>;
export const UNITS = [
  'yuan',
  'point',
  'percent',
  'share',
  'ratio',
  'index',
] as const satisfies readonly UnitName[];

/** The definition of an indicator as a reader is told it. */
export class DefinitionItem {
  @ApiProperty({ example: 'MACD', description: 'with its numbers where they are not the usual ones' })
  name!: string;

  @ApiProperty({ example: '指数平滑异同移动平均' })
  title!: string;

  @ApiProperty({ enum: INDICATOR_MODES })
  mode!: IndicatorMode;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'number' },
    example: { SHORT: 12, LONG: 26, M: 9 },
  })
  parameters!: Record<string, number>;

  @ApiProperty({
    description: 'in the notation of the terminals’ formula language',
    example: 'DIF:EMA(CLOSE,12)-EMA(CLOSE,26); DEA:EMA(DIF,9); MACD:(DIF-DEA)*2',
  })
  formula!: string;

  @ApiProperty({
    type: [String],
    description: 'what the formula does not say: how recursions begin, units, cases without a value',
  })
  notes!: string[];

  @ApiProperty({
    type: Number,
    nullable: true,
    enum: [0, 1, null],
    description: 'of a standard deviation: what its denominator takes from N',
  })
  ddof!: 0 | 1 | null;

  @ApiProperty({ type: String, nullable: true, enum: ['share', null] })
  volumeUnit!: 'share' | null;
}

export class ParameterItem {
  @ApiProperty({ example: 'N' })
  symbol!: string;

  @ApiProperty({ example: 1 })
  least!: number;

  @ApiProperty({ example: 500 })
  most!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'null: it must be given' })
  usual!: number | null;

  @ApiProperty({ description: 'whole numbers only' })
  whole!: boolean;
}

export class ListedIndicatorItem {
  @ApiProperty({
    example: 'MACD(SHORT,LONG,M)',
    description: 'how it is asked for; n is a number, as in MA5',
  })
  spelling!: string;

  @ApiProperty({ example: ['DIF', 'DEA', 'MACD'], type: [String], description: 'its columns in the example' })
  columns!: string[];

  @ApiProperty({ type: [ParameterItem] })
  parameters!: ParameterItem[];

  @ApiProperty({ type: DefinitionItem, description: 'with the usual numbers, or 12 where there are none' })
  example!: DefinitionItem;
}

export class ListedPatternItem {
  @ApiProperty({ example: 'CDLHAMMER', description: "TA-Lib's name" })
  name!: string;

  @ApiProperty({ example: '锤头' })
  title!: string;

  @ApiProperty()
  description!: string;
}

/** Everything that can be asked for. */
export class IndicatorCatalogue {
  @ApiProperty({ type: [ListedIndicatorItem], description: 'as Chinese terminals compute them' })
  cn!: ListedIndicatorItem[];

  @ApiProperty({ type: [ListedIndicatorItem], description: 'as TA-Lib computes them' })
  talib!: ListedIndicatorItem[];

  @ApiProperty({
    type: [ListedPatternItem],
    description: "TA-Lib's candlestick patterns, the same in both modes",
  })
  patterns!: ListedPatternItem[];
}
