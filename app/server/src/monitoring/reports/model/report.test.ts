import { describe, expect, it } from 'vitest';
import { MADE_AT, madeAlert, madeFacts, madeLast, madePeriod, DURATIONS } from '../testing/made-facts.ts';
import { lastPeriod, periodBefore } from '../period.ts';
import type { WindowFacts } from './facts.ts';
import { reportOf } from './report.ts';
import { outagesOf } from './slice.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const day = madeLast('daily');
const at = (hour: number, minute = 0): number => day.from + hour * HOUR_MS + minute * MINUTE_MS;

const GOOD: WindowFacts = { ready: 1, requests: 100, failed: 0, durations: DURATIONS };

/** 288 windows of five minutes, each with 100 requests, but for what is said. */
function eventful(minute: number): WindowFacts | 'no server' | 'nobody' {
  // 08:00 to 08:15: half of all requests fail. 3 windows, of which 1.5 are lost.
  if (minute >= 480 && minute < 495) return { ...GOOD, failed: 50 };
  // 12:00: a quarter of the readings was not ready. 0.25 are lost.
  if (minute === 720) return { ...GOOD, ready: 0.75 };
  // 15:00 to 15:10: workers wrote, no server did. 2 are lost.
  if (minute >= 900 && minute < 910) return 'no server';
  // 16:00 to 16:15: nobody could write; the alert tells of 12.5 of these minutes. 2.5 are lost, half a window is not known.
  if (minute >= 960 && minute < 975) return 'nobody';
  // 18:00 to 19:00: nobody wrote and nobody knows why. 12 are not known.
  if (minute >= 1_080 && minute < 1_140) return 'nobody';
  return GOOD;
}

const outage = madeAlert(at(16), {
  ...{ rule: 'DatabaseDown', severity: 'critical', seenAt: at(16, 12) + 30_000, resolvedAt: at(16, 14) },
  secondsToAcknowledge: 150,
});
const stillOpen = madeAlert(at(-2), { resolvedAt: undefined });
const known = madeAlert(at(9), { secondsToAcknowledge: 570.4 });

describe('a report of a made day', () => {
  const report = reportOf(madeFacts(madePeriod(day, eventful, [outage, stillOpen, known])));

  it('tells availability of what was observed', () => {
    const { availability, observed, lostSeconds } = report.total;
    // 288 - 12 - 0.5 = 275.5 windows are known; 1.5 + 0.25 + 2 + 2.5 = 6.25 of them are lost.
    expect(availability).toBeCloseTo(269.25 / 275.5, 12);
    expect(observed).toBeCloseTo(275.5 / 288, 12);
    expect(lostSeconds).toBeCloseTo(6.25 * 300, 9);
    expect(report.budget.allowedSeconds).toBeCloseTo(0.001 * 275.5 * 300, 9);
    expect(report.before.availability).toBe(1);
  });

  it('counts requests, and how many failed', () => {
    // 288 - 2 - 3 - 12 = 271 windows with a server.
    expect(report.total).toMatchObject({ requests: 27_100, failed: 150 });
  });

  it('computes quantiles of all requests of the day, with the bounds that are sure', () => {
    const { p50, p95, p99 } = report.total.latency ?? {};
    // Of 27,100 the 13,550th is within the first 24,390, which took up to 0.1 s.
    expect(p50).toEqual({ value: (0.1 * 13_550) / 24_390, atLeast: 0, atMost: 0.1 });
    // The 25,745th is the 1,355th of the 2,439 between 0.1 s and 0.25 s.
    expect(p95?.value).toBeCloseTo(0.1 + (0.15 * 1_355) / 2_439, 12);
    expect(p95).toMatchObject({ atLeast: 0.1, atMost: 0.25 });
    // The 26,829th is the last of them.
    expect(p99?.value).toBeCloseTo(0.25, 12);
  });

  it('tells of incidents, the worst first', () => {
    const { incidents } = report;
    expect(incidents).toMatchObject({
      began: { critical: 1, warning: 1, info: 0 },
      ...{ carriedOver: 1, open: 1, acknowledged: 2, more: 0 },
      // From 22:00 of the day before to 08:00 of the day after, when it is made.
      longestSeconds: 34 * 3_600,
    });
    expect(incidents.items.map(({ rule, seconds }) => [rule, seconds])).toEqual([
      ['DatabaseDown', 840],
      ['IngestionLagging', 34 * 3_600],
      ['IngestionLagging', 3_660],
    ]);
    expect(incidents.medianSecondsToAcknowledge).toBe(360);
  });

  it('shows the day in quarters of an hour', () => {
    expect(report.cells).toHaveLength(96);
    expect(report.cells[32]).toMatchObject({ availability: 0.5, requests: 300, failed: 150 });
    expect(report.cells[48]?.availability).toBeCloseTo(2.75 / 3, 12);
    expect(report.cells[64]).toMatchObject({ availability: 0, requests: 0, p95: null });
    expect(report.cells[72]).toMatchObject({ availability: null, observed: 0 });
  });

  it('says the worst in its title', () => {
    expect(report.verdict).toEqual({
      level: 'bad',
      title: '3 incidents, 1 not over',
      others: ['availability 97.73 %, below 99.9 %'],
    });
  });

  it('is the same after it was stored', () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

describe('a report of a week', () => {
  it('adds its days up, and shows it in hours', () => {
    const week = madeLast('weekly');
    const monday = (minute: number): WindowFacts => (minute < 60 ? { ...GOOD, failed: 100 } : GOOD);
    const report = reportOf(madeFacts(madePeriod(week, monday)));
    expect(report.days.map(({ availability }) => availability)).toEqual([276 / 288, 1, 1, 1, 1, 1, 1]);
    expect(report.cells).toHaveLength(168);
    expect(report.total).toMatchObject({ lostSeconds: 3_600, requests: 7 * 28_800, failed: 1_200 });
    expect(report.verdict).toMatchObject({ level: 'bad', title: 'Availability 99.4 %, below 99.9 %' });
    expect([report.firstDay, report.lastDay]).toEqual(['2026-11-16', '2026-11-22']);
  });
});

describe('the verdict', () => {
  const verdictOf = (...given: Parameters<typeof madeFacts>) => reportOf(madeFacts(...given)).verdict;

  it('is good where there is nothing to say', () => {
    expect(verdictOf(madePeriod(day))).toEqual({ level: 'good', title: 'All good', others: [] });
  });

  it('is unknown where nothing was observed, which is neither up nor down', () => {
    const { verdict, total, cells } = reportOf(madeFacts(madePeriod(day, () => 'nobody')));
    expect(verdict).toMatchObject({ level: 'unknown', title: 'Nothing was observed' });
    expect(total).toMatchObject({ availability: null, observed: 0, lostSeconds: 0, latency: null });
    expect(cells.every(({ availability }) => availability === null)).toBe(true);
  });

  it('says that a part was not observed', () => {
    expect(verdictOf(madePeriod(day, (minute) => (minute < 120 ? 'nobody' : GOOD)))).toMatchObject({
      ...{ level: 'attention', title: '2 h not observed' },
    });
  });

  it.each([
    ['of the period', madeAlert(at(3), { severity: 'info' })],
    ['from before that is not over', madeAlert(at(-2), { severity: 'info', resolvedAt: undefined })],
  ])('does not count what is only to be known: an alert %s', (_, alert) => {
    const { verdict, incidents } = reportOf(madeFacts(madePeriod(day, undefined, [alert])));
    expect(verdict).toEqual({ level: 'good', title: 'All good', others: [] });
    expect(incidents).toMatchObject({ carriedOver: 0, open: 0, items: [{ severity: 'info' }] });
  });

  it('compares with the period before by the same count', () => {
    const before = periodBefore(day);
    const alerts = [
      madeAlert(before.from - HOUR_MS, { resolvedAt: before.from + HOUR_MS }),
      madeAlert(before.from - HOUR_MS, { severity: 'info' }),
      madeAlert(before.from + HOUR_MS),
    ];
    const facts = madeFacts(madePeriod(day), { before: madePeriod(before, undefined, alerts) });
    expect(reportOf(facts).incidentsBefore).toBe(2);
  });

  it('tells of loads, messages, disks and parts that want attention', () => {
    const hours = Array.from({ length: 49 }, (_, hour) => [at(hour - 24), 1e9 + hour * 1e6] as const);
    const { level, title, others } = verdictOf(madePeriod(day), {
      loads: [{ kind: 'refresh', completed: 3, failed: 1, rows: 5, quarantined: 0 }],
      messages: [{ channel: 'webhook', sent: 1, dead: 2, waiting: 0, failedAttempts: 20 }],
      // It grows by 24 MB a day, and 120 MB are left.
      storage: [{ name: '/data of worker', used: hours, availableBytes: 120e6, sizeBytes: 2e9 }],
      sections: [{ title: 'Backups', status: 'attention', summary: 'none for 3 days' }],
    });
    expect([level, title]).toEqual(['bad', '/data of worker is full in 5 days']);
    expect(others).toEqual([
      '1 load of market data failed',
      '2 messages not delivered',
      'Backups: none for 3 days',
    ]);
  });
});

describe('times without the database', () => {
  it('are counted once, however many alerts tell of them', () => {
    const down = (from: number, seenAt: number) => madeAlert(from, { rule: 'DatabaseDown', seenAt });
    expect(
      outagesOf([down(at(3), at(4)), down(at(1), at(2)), down(at(1, 30), at(2, 30)), madeAlert(at(5))]),
    ).toEqual([
      { from: at(1), to: at(2, 30) },
      { from: at(3), to: at(4) },
    ]);
  });

  it('are lost also where a few samples came through', () => {
    const alert = madeAlert(at(1), { rule: 'DatabaseDown', seenAt: at(1, 4) });
    const { total } = reportOf(madeFacts(madePeriod(day, undefined, [alert])));
    expect(total.lostSeconds).toBeCloseTo(240, 9);
  });

  /** What is lost where the database is down from `from` to `to` and servers tell this. */
  const lost = (from: number, to: number, told: (minute: number) => WindowFacts | 'nobody'): number =>
    reportOf(
      madeFacts(
        madePeriod(day, told, [madeAlert(from, { rule: 'DatabaseDown', seenAt: to, resolvedAt: to })]),
      ),
    ).total.lostSeconds;

  it('are not lost a second time by the requests that failed in them', () => {
    const failing = (failed: number) => (minute: number) => (minute === 60 ? { ...GOOD, failed } : GOOD);
    // A fifth of the window, of even traffic.
    expect(lost(at(1), at(1, 1), failing(20))).toBeCloseTo(60, 9);
    // More failed than that.
    expect(lost(at(1), at(1, 1), failing(50))).toBeCloseTo(150, 9);
  });

  it.each([
    ['ends with a window', at(1, 30), 90],
    ['ends within a window', at(1, 32), 90],
  ])('are lost once where all their failures are written down when it %s', (_, to, first) => {
    const told = (minute: number): WindowFacts | 'nobody' => {
      if (minute >= 60 && minute < first) return 'nobody';
      return minute === first ? { ...GOOD, requests: 700, failed: 600 } : GOOD;
    };
    expect(lost(at(1), to, told)).toBeCloseTo((to - at(1)) / 1000, 9);
  });

  it('do not hide what fails long after', () => {
    const told = (minute: number): WindowFacts => (minute === 65 ? { ...GOOD, failed: 50 } : GOOD);
    expect(lost(at(1), at(1, 1), told)).toBeCloseTo(60 + 150, 9);
  });
});

describe('windows of an hour in a zone of half hours', () => {
  it('belong to the day, and the hour, in which they end', () => {
    const period = lastPeriod('daily', MADE_AT, 'Asia/Kolkata');
    const ends = Array.from({ length: 24 }, (_, hour) => period.from + HOUR_MS / 2 + hour * HOUR_MS);
    const servers = new Map(
      ends.map((end, hour) => [end, hour === 3 ? { ...GOOD, failed: 50 } : GOOD] as const),
    );
    const now = { period, stepSeconds: 3_600, servers, workers: new Set<number>(), alerts: [] };
    const { total, cells } = reportOf(madeFacts(now));
    expect(total).toMatchObject({ observed: 1, lostSeconds: 1_800, requests: 2_400 });
    expect(cells.map(({ availability }) => availability)).toEqual(
      ends.map((_, hour) => (hour === 3 ? 0.5 : 1)),
    );
  });
});

it('a made report is about the day before', () => {
  expect(MADE_AT).toBeGreaterThan(day.to);
  expect(periodBefore(day).to).toBe(day.from);
});
