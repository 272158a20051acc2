import { ApiProperty } from '@nestjs/swagger';
import { OptionalCivilDate } from '../../common/market/series-query.ts';
import { HaltItem } from '../bars/bars.dto.ts';

export class HaltsQuery {
  @OptionalCivilDate('halted on this date; the last completed trading day of the source unless given')
  date?: string;
}

export class HaltedSymbol extends HaltItem {
  @ApiProperty({ example: '600000.SH' })
  symbol!: string;

  @ApiProperty({ example: '浦发银行' })
  name!: string;
}

export class HaltList {
  @ApiProperty({ format: 'date', description: 'the date that was asked for' })
  asOf!: string;

  @ApiProperty({ example: 'sample' })
  source!: string;

  @ApiProperty({
    description:
      'true when the bars of the source end before that date, or the calendar does not know it: halts may be missing',
  })
  stale!: boolean;

  @ApiProperty({
    description:
      "true: the source's list of that day was read; false: only shares whose daily bars are loaded are judged, by days without a bar",
  })
  wholeMarket!: boolean;

  @ApiProperty({ type: [HaltedSymbol] })
  items!: HaltedSymbol[];
}
