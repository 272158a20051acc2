import { ApiProperty } from '@nestjs/swagger';
import { ADJUSTMENTS, type Adjustment, type Period, PERIODS } from './series-query.ts';

/** What every answer about the bars of a symbol says of them, and of everything that is computed from them. */
export class SeriesAnswer {
  @ApiProperty({ example: '000001.SZ' })
  symbol!: string;

  @ApiProperty({ enum: PERIODS })
  period!: Period;

  @ApiProperty({ enum: ADJUSTMENTS })
  adjust!: Adjustment;

  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'date of the newest stored bar; null when there is none',
  })
  asOf!: string | null;

  @ApiProperty({ example: 'sample' })
  source!: string;

  @ApiProperty({ description: 'true when bars are missing that should be there; a halted share misses none' })
  stale!: boolean;

  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'from this date on all ex-dates are known; null: none is, so the prices cannot be adjusted',
  })
  factorsKnownFrom!: string | null;

  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description:
      'the date whose prices are as they were paid: `asOf` for qfq, the first one for hfq; null: all are',
  })
  anchor!: string | null;

  @ApiProperty({
    type: 'integer',
    description: 'daily bars before factorsKnownFrom, which cannot be adjusted and are left out',
  })
  omittedBars!: number;
}
