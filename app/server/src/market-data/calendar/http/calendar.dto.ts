import { ApiProperty } from '@nestjs/swagger';
import { OptionalCivilDate } from '../../../common/market/series-query.ts';
import type { MarketPhase } from '../sessions.ts';

const PHASES = [
  'closed',
  'pre-open',
  'open',
  'lunch',
  'after-close',
  'unknown',
] as const satisfies readonly MarketPhase[];

export class CalendarQuery {
  @OptionalCivilDate('first date; today at the exchange unless given')
  from?: string;

  @OptionalCivilDate('last date; 30 days after `from` unless given')
  to?: string;
}

export class Calendar {
  @ApiProperty({ format: 'date', description: 'today at the exchange (Asia/Shanghai)' })
  asOf!: string;

  @ApiProperty({ example: 'sample', description: 'whose data the platform answers from' })
  source!: string;

  @ApiProperty({ description: 'true when today is not known to the calendar' })
  stale!: boolean;

  @ApiProperty({
    enum: PHASES,
    description:
      'closed: no trading today, or before 09:15; pre-open: the opening auction and the pause after it; open: 09:30-11:30 and 13:00-15:00; unknown: the calendar does not know the day',
  })
  phase!: MarketPhase;

  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'the newest day whose bars are final; data of a live source that ends before it is stale',
  })
  lastCompletedTradingDay!: string | null;

  @ApiProperty({ type: String, format: 'date', nullable: true, description: 'after today; null: not known' })
  nextTradingDay!: string | null;

  @ApiProperty({ format: 'date' })
  from!: string;

  @ApiProperty({ format: 'date' })
  to!: string;

  @ApiProperty({ format: 'date', description: 'first date of which it is known whether there is trading' })
  knownFrom!: string;

  @ApiProperty({ format: 'date', description: 'last such date: the exchange announces a year at a time' })
  knownUntil!: string;

  @ApiProperty({
    type: [String],
    description:
      'trading days from `from` to `to`, as far as they are known; a date outside of knownFrom and knownUntil is not closed but unknown',
  })
  tradingDays!: readonly string[];
}
