import { ApiProperty } from '@nestjs/swagger';
import { DECIMAL } from './decimal.ts';

/** The prices of a bar, whatever time it stands for. */
export class Ohlc {
  @ApiProperty({ description: 'yuan, or points for an index', pattern: DECIMAL, example: '9.50' })
  open!: string;

  @ApiProperty({ pattern: DECIMAL })
  high!: string;

  @ApiProperty({ pattern: DECIMAL })
  low!: string;

  @ApiProperty({ pattern: DECIMAL })
  close!: string;
}
