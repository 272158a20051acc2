import { describe, expect, it } from 'vitest';
import { MADE_AT, madeAlert, madeFacts, madeLast, madePeriod, DURATIONS } from '../testing/made-facts.ts';
import { lastPeriod, periodBefore } from '../period.ts';
import { subjectOf } from '../page/page-of.ts';
import type { Outage, WindowFacts } from './facts.ts';
import { reportOf } from './report.ts';
import { type Span, without } from './spans.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const day = madeLast('daily');
const at = (hour: number, minute = 0): number => day.from + hour * HOUR_MS + minute * MINUTE_MS;

const GOOD: WindowFacts = { ready: 1, requests: 100, failed: 0, aborted: 0, durations: DURATIONS };

/** 288 windows of five minutes, each with 100 requests, but for what is said. */
function eventful(minute: number): WindowFacts | 'no server' | 'nobody' {
  // 08:00 to 08:15: half of all requests fail, 150.
  if (minute >= 480 && minute < 495) return { ...GOOD, failed: 50 };
  // 12:00: a quarter of the readings was not ready. 75 s are lost.
  if (minute === 720) return { ...GOOD, ready: 0.75 };
  // 15:00 to 15:10: workers wrote, no server did. 600 s are lost.
  if (minute >= 900 && minute < 910) return 'no server';
  // 16:00 to 16:15: nobody could write; 750 s are known as an outage and lost, 150 s are not known.
  if (minute >= 960 && minute < 975) return 'nobody';
  // 18:00 to 19:00: nobody wrote and nobody knows why.
  if (minute >= 1_080 && minute < 1_140) return 'nobody';
  return GOOD;
}

const outage = madeAlert(at(16), {
  ...{ rule: 'DatabaseDown', severity: 'critical', resolvedAt: at(16, 14) },
  secondsToAcknowledge: 150,
});
const seen: Outage = { from: at(16), to: at(16, 12) + 30_000, isSure: true };
const stillOpen = madeAlert(at(-2), { resolvedAt: undefined });
const known = madeAlert(at(9), { secondsToAcknowledge: 570.4 });

describe('a report of a made day', () => {
  const report = reportOf(madeFacts(madePeriod(day, eventful, [outage, stillOpen, known], [seen])));

  it('tells availability of what was observed', () => {
    const { availability, observed, lostSeconds } = report.total;
    // 3,600 s and 150 s are not known; 75 s, 600 s and 750 s of the rest are lost.
    const observedSeconds = 86_400 - 3_750;
    expect(availability).toBeCloseTo(1 - 1_425 / observedSeconds, 12);
    expect(observed).toBeCloseTo(observedSeconds / 86_400, 12);
    expect(lostSeconds).toBeCloseTo(1_425, 9);
    expect(report.budget.allowedSeconds).toBeCloseTo(0.001 * observedSeconds, 9);
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
      others: [
        'availability 98.27 %, below 99.9 %',
        '1 h 2 min not observed: availability between 94.01 % and 98.35 %',
      ],
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
    expect(report.total).toMatchObject({ lostSeconds: 0, requests: 7 * 28_800, failed: 1_200 });
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

  it('says in the subject that the time of which nothing is known decides', () => {
    const report = reportOf(madeFacts(madePeriod(day, (minute) => (minute < 60 ? 'nobody' : GOOD))));
    expect(report.total.availability).toBe(1);
    expect(report.verdict.level).toBe('attention');
    expect(subjectOf(report)).toBe(
      '1 h not observed: availability between 95.83 % and 100 % · Operations report of 2026-11-25',
    );
  });

  it.each([
    // Of a day 86.4 s may be lost.
    ['less than the budget', 80, 0, []],
    [
      'with what was lost more than the budget',
      60,
      40,
      ['1 min not observed: availability between 99.88 % and 99.953 %'],
    ],
    ['more than the budget', 90, 0, ['1 min 30 s not observed: availability between 99.89 % and 100 %']],
  ])('asks of what is not known whether it is %s', (_, unseen, lost, texts) => {
    const period = madePeriod(day);
    const cut = (from: number, seconds: number): Span => ({ from, to: from + seconds * 1_000 });
    const { presence } = period;
    const servers = without(presence.servers, [cut(at(3), unseen), cut(at(5), lost)]);
    const workers = without(presence.workers, [cut(at(3), unseen)]);
    const { verdict } = reportOf(madeFacts({ ...period, presence: { ...presence, servers, workers } }));
    const { title, others } = verdict;
    expect([title, ...others]).toEqual(texts.length === 0 ? ['All good'] : texts);
  });

  it('takes one failed request of a quiet day for no more than it is', () => {
    const night = (requests: number) => (minute: number) => ({
      ...GOOD,
      requests: minute === 180 ? 2 : requests,
      failed: minute === 180 ? 1 : 0,
    });
    const busy = reportOf(madeFacts(madePeriod(day, night(18))));
    expect(busy.total.availability).toBeCloseTo(1 - 1 / (287 * 18 + 2), 12);
    expect(busy.verdict.title).toBe('All good');
    const quiet = reportOf(madeFacts(madePeriod(day, night(0))));
    expect(quiet.total.availability).toBe(0.5);
    expect(quiet.verdict).toEqual({ level: 'attention', title: '1 of 2 requests failed', others: [] });
  });

  it('does not take what was given up for served', () => {
    const hanging = (minute: number): WindowFacts => ({
      ...GOOD,
      ...(minute < 300 && { requests: 1, failed: 1, aborted: 99 }),
    });
    const { total } = reportOf(madeFacts(madePeriod(day, hanging)));
    expect(total).toMatchObject({ requests: 60 + 228 * 100, failed: 60, aborted: 60 * 99 });
    expect(total.availability).toBeCloseTo(1 - 60 / 22_860, 12);
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

describe('time without the platform', () => {
  const totalOf = (...given: Parameters<typeof madePeriod>) =>
    reportOf(madeFacts(madePeriod(...given))).total;
  const sure = (from: number, to: number): Outage => ({ from, to, isSure: true });

  it('is lost once, however many processes saw the database away', () => {
    const outages = [sure(at(3), at(4)), sure(at(1), at(2)), sure(at(1, 30), at(2, 30))];
    expect(totalOf(day, undefined, [], outages).lostSeconds).toBe(2.5 * 3_600);
  });

  it('is not lost for what one process saw while servers wrote', () => {
    const outages = [{ from: at(1), to: at(2), isSure: false }];
    expect(totalOf(day, undefined, [], outages)).toMatchObject({
      lostSeconds: 0,
      availability: 1,
      observed: 1,
    });
  });

  it('is not lost for an alert that goes on between the outages that it tells of', () => {
    const alert = madeAlert(at(1), { rule: 'DatabaseDown', severity: 'critical', resolvedAt: at(3) });
    // One minute down and four up, for two hours.
    const outages = Array.from({ length: 24 }, (_, index) => sure(at(1, 5 * index), at(1, 5 * index + 1)));
    expect(totalOf(day, undefined, [alert], outages).lostSeconds).toBe(24 * 60);
  });

  it('is not lost a second time by the requests that failed in it', () => {
    const failing = (minute: number): WindowFacts => (minute === 60 ? { ...GOOD, failed: 20 } : GOOD);
    const total = totalOf(day, failing, [], [sure(at(1), at(1, 1))]);
    expect(total.lostSeconds).toBe(60);
    expect(total.availability).toBeCloseTo(Math.min(1 - 60 / 86_400, 1 - 20 / 28_800), 12);
  });

  it('is lost also where each window has a sample of a server', () => {
    const period = madePeriod(day);
    const gone = { from: at(0) + 20_000, to: at(0, 9) + 40_000 };
    const servers = without(period.presence.servers, [gone]);
    const report = reportOf(madeFacts({ ...period, presence: { ...period.presence, servers } }));
    expect(report.total).toMatchObject({ lostSeconds: 560, observed: 1, availability: 1 - 560 / 86_400 });
    expect(report.verdict).toMatchObject({ level: 'bad', title: 'Availability 99.35 %, below 99.9 %' });
  });
});

describe('windows of an hour in a zone of half hours', () => {
  it('belong to the day, and the hour, in which they end', () => {
    const period = lastPeriod('daily', MADE_AT, 'Asia/Kolkata');
    const ends = Array.from({ length: 24 }, (_, hour) => period.from + HOUR_MS / 2 + hour * HOUR_MS);
    const servers = new Map(
      ends.map((end, hour) => [end, hour === 3 ? { ...GOOD, failed: 50 } : GOOD] as const),
    );
    const presence = {
      servers: [{ from: period.from - HOUR_MS / 2, to: period.to }],
      ...{ workers: [], outages: [] },
    };
    const now = { period, stepSeconds: 3_600, servers, presence, alerts: [] };
    const { total, cells } = reportOf(madeFacts(now));
    expect(total).toMatchObject({ observed: 1, lostSeconds: 0, requests: 2_400 });
    expect(cells.map(({ availability }) => availability)).toEqual(
      ends.map((_, hour) => (hour === 3 ? 0.5 : 1)),
    );
  });
});

it('a made report is about the day before', () => {
  expect(MADE_AT).toBeGreaterThan(day.to);
  expect(periodBefore(day).to).toBe(day.from);
});
