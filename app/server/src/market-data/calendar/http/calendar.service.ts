import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../../common/clock.ts';
import { Versioned } from '../../../common/conditional/versioned.ts';
import { addDays } from '../../../common/market/civil-date.ts';
import { checkRange } from '../../../common/market/series-query.ts';
import { MARKET_DATA_SOURCE } from '../../market-data-source.ts';
import { MarketCalendar } from '../../market-calendar.ts';
import { exchangeTime, lastCompletedTradingDay, marketPhase } from '../sessions.ts';
import type { Calendar, CalendarQuery } from './calendar.dto.ts';

const DAYS_SHOWN = 30;

const later = (one: string, other: string): string => (one > other ? one : other);
const earlier = (one: string, other: string): string => (one < other ? one : other);

@Injectable()
export class CalendarService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(MARKET_DATA_SOURCE) private readonly source: string,
    private readonly calendar: MarketCalendar,
  ) {}

  async find(query: CalendarQuery): Promise<Versioned<Calendar>> {
    const now = this.clock.now();
    const { date: today } = exchangeTime(now);
    const from = query.from ?? earlier(today, query.to ?? today);
    const to = query.to ?? addDays(from, DAYS_SHOWN);
    checkRange({ from, to });
    const calendar = await this.calendar.current();
    const { knownFrom, knownUntil } = calendar;
    const answer: Calendar = {
      asOf: today,
      source: this.source,
      stale: calendar.dayStatus(today) === 'unknown',
      phase: marketPhase(now, calendar),
      lastCompletedTradingDay: lastCompletedTradingDay(now, calendar) ?? null,
      nextTradingDay: calendar.nextTradingDay(today) ?? null,
      from,
      to,
      knownFrom,
      knownUntil,
      tradingDays: calendar.tradingDaysBetween(later(from, knownFrom), earlier(to, knownUntil)) ?? [],
    };
    // It is small and made of what is in memory: the answer is its own version.
    return new Versioned(JSON.stringify(answer), () => answer);
  }
}
