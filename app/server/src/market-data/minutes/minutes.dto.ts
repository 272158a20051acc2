import { ApiProperty } from '@nestjs/swagger';
import { DECIMAL } from '../../common/market/decimal.ts';
import { Ohlc } from '../../common/market/ohlc.dto.ts';
import { OptionalCivilDate } from '../../common/market/series-query.ts';

export class MinutesQuery {
  @OptionalCivilDate('the day; the newest one that is stored unless given')
  date?: string;
}

export class MinuteItem extends Ohlc {
  @ApiProperty({
    format: 'date-time',
    description: 'end of the minute',
    example: '2024-09-18T09:31:00+08:00',
  })
  time!: string;

  @ApiProperty({ type: 'integer', description: 'shares' })
  volume!: number;

  @ApiProperty({ description: 'yuan', pattern: DECIMAL })
  amount!: string;

  @ApiProperty({ example: 'eastmoney' })
  origin!: string;
}

export class MinuteList {
  @ApiProperty({ example: '000001.SZ' })
  symbol!: string;

  @ApiProperty({ format: 'date', description: 'the day that is shown' })
  date!: string;

  @ApiProperty({ type: String, format: 'date', nullable: true, description: 'newest day that is stored' })
  asOf!: string | null;

  @ApiProperty({ example: 'sample' })
  source!: string;

  @ApiProperty({ description: 'true when daily bars are stored of a later day' })
  stale!: boolean;

  @ApiProperty({ type: [MinuteItem], description: 'oldest first, as traded: a day has one scale of prices' })
  items!: MinuteItem[];

  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'the stored day before; null: none',
  })
  previousDate!: string | null;
}
