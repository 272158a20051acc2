import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsIn, Matches } from 'class-validator';
import {
  ADJUSTMENTS,
  type Adjustment,
  type Period,
  PERIODS,
  SeriesQuery,
} from '../../common/market/series-query.ts';
import { INDICATOR_NAMES, type IndicatorMode } from '../index.ts';

const INDICATOR_MODES = ['cn'] as const satisfies readonly IndicatorMode[];

const MOST_NAMES = 20;

function commaList({ value }: { value: unknown }): unknown {
  return typeof value === 'string' ? value.split(',') : value;
}

export class IndicatorsQuery extends SeriesQuery {
  @ApiProperty({
    type: String,
    description: `comma separated, at most ${MOST_NAMES}: ${INDICATOR_NAMES.join(', ')}. MACD answers DIF, DEA and MACD; KDJ answers K, D and J; BOLL answers BOLL, BOLL_UP and BOLL_LOW.`,
    example: 'MA5,MACD,RSI6,KDJ,BOLL',
  })
  @Transform(commaList)
  @ArrayUnique({ message: 'must name each indicator once' })
  @ArrayMaxSize(MOST_NAMES, { message: `must name at most ${MOST_NAMES} indicators` })
  @ArrayMinSize(1, { message: 'must name an indicator' })
  @Matches(/^[A-Z]{1,8}\d{0,3}$/, { each: true, message: 'must hold names like MA5,MACD,RSI6,KDJ,BOLL' })
  @IsArray({ message: 'must be given once, like MA5,MACD,RSI6,KDJ,BOLL' })
  names!: string[];

  @ApiPropertyOptional({
    enum: INDICATOR_MODES,
    default: 'cn',
    description: 'cn: as Chinese terminals compute it',
  })
  @IsIn(INDICATOR_MODES, { message: `must be one of ${INDICATOR_MODES.join(', ')}` })
  mode: IndicatorMode = 'cn';
}

export class IndicatorItem {
  @ApiProperty({ format: 'date', example: '2024-09-19' })
  date!: string;

  @ApiProperty({
    description:
      'true from the bar on where every window is full and the seeds of recursions have faded (weight below 1e-4)',
  })
  stable!: boolean;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'number' },
    description: 'by column, rounded to 6 decimals; a column without a value at this bar is absent',
    example: { MA5: 9.25, DIF: -0.08 },
  })
  values!: Record<string, number>;
}

export class IndicatorList {
  @ApiProperty({ example: '000001.SZ' })
  symbol!: string;

  @ApiProperty({ enum: PERIODS })
  period!: Period;

  @ApiProperty({ enum: ADJUSTMENTS })
  adjust!: Adjustment;

  @ApiProperty({ enum: INDICATOR_MODES })
  mode!: IndicatorMode;

  @ApiProperty({ type: String, format: 'date', nullable: true, description: 'date of the newest stored bar' })
  asOf!: string | null;

  @ApiProperty({ example: 'sample' })
  source!: string;

  @ApiProperty({ description: 'true when the bars of this symbol end before the newest bar of the source' })
  stale!: boolean;

  @ApiProperty({ type: [IndicatorItem] })
  items!: IndicatorItem[];
}
