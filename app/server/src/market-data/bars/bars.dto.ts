import { ApiProperty } from '@nestjs/swagger';
import { ADJUSTMENTS, type Adjustment, type Period, PERIODS } from '../../common/market/series-query.ts';

export class BarItem {
  @ApiProperty({ format: 'date', example: '2024-09-19' })
  date!: string;

  @ApiProperty({
    description: 'yuan, or points for an index',
    pattern: String.raw`^\d+\.\d{2,4}$`,
    example: '9.50',
  })
  open!: string;

  @ApiProperty({ pattern: String.raw`^\d+\.\d{2,4}$` })
  high!: string;

  @ApiProperty({ pattern: String.raw`^\d+\.\d{2,4}$` })
  low!: string;

  @ApiProperty({ pattern: String.raw`^\d+\.\d{2,4}$` })
  close!: string;

  @ApiProperty({ type: 'integer', description: 'shares' })
  volume!: number;

  @ApiProperty({ description: 'yuan', pattern: String.raw`^\d+\.\d{2,4}$`, example: '2037648384.00' })
  amount!: string;
}

export class BarList {
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

  @ApiProperty({ description: 'true when the bars of this symbol end before the newest bar of the source' })
  stale!: boolean;

  @ApiProperty({ type: [BarItem] })
  items!: BarItem[];
}
