import { describe, expect, it } from 'vitest';
import { civilDateAt, firstEndFrom, lastPeriod, latestFiring, periodBefore, startOfDay } from './period.ts';

const at = (text: string): number => Date.parse(text);
const iso = (instant: number): string => new Date(instant).toISOString();
const HOUR_MS = 3_600_000;

describe('a period', () => {
  it('is the day before in Shanghai, where clocks are never changed', () => {
    const { from, to, days } = lastPeriod('daily', at('2026-11-26T00:00:00Z'), 'Asia/Shanghai');
    expect([iso(from), iso(to)]).toEqual(['2026-11-24T16:00:00.000Z', '2026-11-25T16:00:00.000Z']);
    expect(days.map(({ date }) => date)).toEqual(['2026-11-25']);
  });

  it('is Monday to Sunday before, on every day of the week', () => {
    for (const day of ['23', '24', '25', '26', '27', '28', '29']) {
      const { days } = lastPeriod('weekly', at(`2026-11-${day}T08:00:00+08:00`), 'Asia/Shanghai');
      expect([days[0]?.date, days.at(-1)?.date, days.length]).toEqual(['2026-11-16', '2026-11-22', 7]);
    }
    const next = lastPeriod('weekly', at('2026-11-30T00:00:00+08:00'), 'Asia/Shanghai');
    expect(next.days[0]?.date).toBe('2026-11-23');
  });

  it.each([
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z', 23],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z', 25],
    ['America/New_York', '2026-11-01', '2026-11-01T04:00:00.000Z', 25],
    // The day begins at 01:00, for midnight was skipped.
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z', 23],
    ['Asia/Kathmandu', '2026-11-25', '2026-11-24T18:15:00.000Z', 24],
    ['Pacific/Kiritimati', '2026-11-25', '2026-11-24T10:00:00.000Z', 24],
    ['Pacific/Pago_Pago', '2026-11-25', '2026-11-25T11:00:00.000Z', 24],
  ])('in %s of %s begins at %s and has %i hours', (timeZone, date, begins, hours) => {
    const [day] = lastPeriod('daily', startOfDay(date, timeZone) + 30 * HOUR_MS, timeZone).days;
    expect(day?.date).toBe(date);
    expect(iso(day?.from ?? 0)).toBe(begins);
    expect(((day?.to ?? 0) - (day?.from ?? 0)) / HOUR_MS).toBe(hours);
    expect(civilDateAt((day?.from ?? 0) - 1, timeZone) < date).toBe(true);
  });

  it.each([
    ['daily', '2026-11-26T10:00:00Z', '2026-11-26T16:00:00.000Z'],
    // What was recorded just as a day or a week ended is of that one.
    ['daily', '2026-11-26T16:00:00Z', '2026-11-26T16:00:00.000Z'],
    ['daily', '2026-11-26T16:00:00.001Z', '2026-11-27T16:00:00.000Z'],
    ['weekly', '2026-11-26T10:00:00Z', '2026-11-29T16:00:00.000Z'],
    ['weekly', '2026-11-29T16:00:00Z', '2026-11-29T16:00:00.000Z'],
    ['weekly', '2026-11-29T16:00:00.001Z', '2026-12-06T16:00:00.000Z'],
  ] as const)('%s of what is first recorded at %s can be told from %s on', (kind, begins, first) => {
    const end = firstEndFrom(kind, at(begins), 'Asia/Shanghai');
    expect(iso(end)).toBe(first);
    expect(lastPeriod(kind, end, 'Asia/Shanghai').to).toBe(end);
  });

  it('is followed by the next without a gap, over a change of the clocks too', () => {
    const period = lastPeriod('weekly', at('2026-11-04T12:00:00Z'), 'America/New_York');
    expect(period.to - period.from).toBe((7 * 24 + 1) * HOUR_MS);
    expect(periodBefore(period).to).toBe(period.from);
    for (const [index, day] of period.days.entries())
      expect(day.from).toBe(period.days[index - 1]?.to ?? period.from);
  });
});

describe('the newest firing', () => {
  it('is the one of this moment, else the one before it', () => {
    const firing = (now: string): string => iso(latestFiring('0 8 * * *', 'Asia/Shanghai', at(now)));
    expect(firing('2026-11-26T00:00:00Z')).toBe('2026-11-26T00:00:00.000Z');
    expect(firing('2026-11-25T23:59:59Z')).toBe('2026-11-25T00:00:00.000Z');
  });
});
