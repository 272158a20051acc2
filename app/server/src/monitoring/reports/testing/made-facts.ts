import type { Bucket } from '../../history/quantiles.ts';
import type { AlertFact, Facts, Outage, PeriodFacts, WindowFacts } from '../model/facts.ts';
import type { Span } from '../model/spans.ts';
import { lastPeriod, type Period, periodBefore, type ReportKind } from '../period.ts';

const WINDOW_MS = 300_000;
const HOUR_MS = 3_600_000;

export const ZONE = 'Asia/Shanghai';

/** Thursday, 8 o'clock. */
export const MADE_AT = Date.parse('2026-11-26T08:00:00+08:00');

/** Of 100 requests 90 took up to 0.1 s, 99 up to 0.25 s, all up to 0.5 s. */
export const DURATIONS: readonly Bucket[] = [
  { bound: 0.1, count: 90 },
  { bound: 0.25, count: 99 },
  { bound: 0.5, count: 100 },
  { bound: Number.POSITIVE_INFINITY, count: 100 },
];

const GOOD: WindowFacts = { ready: 1, requests: 100, failed: 0, aborted: 0, durations: DURATIONS };

/**
 * Each window of a period as `at` says it: what the servers told, or that there was none.
 * @param at is given how many minutes after the beginning the window begins
 */
export function madePeriod(
  period: Period,
  at: (minute: number) => WindowFacts | 'no server' | 'nobody' = () => GOOD,
  alerts: readonly AlertFact[] = [],
  outages: readonly Outage[] = [],
): PeriodFacts {
  const servers = new Map<number, WindowFacts>();
  const presence = { servers: [] as Span[], workers: [] as Span[], outages };
  for (let end = period.from + WINDOW_MS; end <= period.to; end += WINDOW_MS) {
    const told = at((end - WINDOW_MS - period.from) / 60_000);
    const span = { from: end - WINDOW_MS, to: end };
    if (told !== 'nobody') presence.workers.push(span);
    if (typeof told !== 'object') continue;
    presence.servers.push(span);
    servers.set(end, told);
  }
  return { period, stepSeconds: 300, servers, presence, alerts };
}

export function madeAlert(startedAt: number, changes: Partial<AlertFact> = {}): AlertFact {
  return {
    id: '11111111-1111-4111-8111-111111111111',
    rule: 'IngestionLagging',
    severity: 'warning',
    summary: '行情数据已过期: 最近一次成功更新: 2 小时前',
    startedAt,
    firedAt: startedAt + 30_000,
    resolvedAt: startedAt + HOUR_MS + 60_000,
    secondsToAcknowledge: undefined,
    ...changes,
  };
}

export function madeFacts(now: PeriodFacts, changes: Partial<Facts> = {}): Facts {
  return {
    at: MADE_AT,
    now,
    before: madePeriod(periodBefore(now.period)),
    ...{
      messages: [],
      loads: [],
      lags: [],
      openQuarantine: undefined,
      components: [],
      storage: [],
      sections: [],
    },
    objective: 0.999,
    ...changes,
  };
}

export const madeLast = (kind: ReportKind): Period => lastPeriod(kind, MADE_AT, ZONE);

/** A busy day of the exchange: hardly anybody at night, most in the hours of trading. */
function busy(minute: number): WindowFacts {
  const hour = (minute / 60) % 24;
  const trading = Math.exp(-((hour - 10.5) ** 2) / 3) + Math.exp(-((hour - 14) ** 2) / 2.5);
  const requests = Math.round(40 + 900 * trading + 15 * Math.sin(minute / 7));
  const slow = trading > 0.5 ? 0.03 : 0.01;
  const durations = [
    { bound: 0.05, count: Math.round(requests * (0.9 - slow * 4)) },
    { bound: 0.1, count: Math.round(requests * (0.96 - slow)) },
    { bound: 0.25, count: Math.round(requests * (0.995 - slow / 2)) },
    { bound: 1, count: requests },
    { bound: Number.POSITIVE_INFINITY, count: requests },
  ];
  return { ready: 1, requests, failed: 0, aborted: 0, durations };
}

/** A week as one might be, with all that a report can say: for the picture of docs/reports.md and to look at. */
export function eventfulFacts(kind: ReportKind): Facts {
  const period = madeLast(kind);
  const outage = period.to - 14 * HOUR_MS;
  const at = (minute: number): WindowFacts | 'no server' | 'nobody' => {
    const end = period.from + minute * 60_000 + WINDOW_MS;
    if (end > outage && end <= outage + 3 * WINDOW_MS) return 'nobody';
    if (minute >= 150 && minute < 210) return 'nobody';
    const told = busy(minute);
    return minute >= 610 && minute < 640 ? { ...told, failed: Math.round(told.requests * 0.12) } : told;
  };
  const alerts = [
    madeAlert(outage, {
      ...{ rule: 'DatabaseDown', severity: 'critical', summary: 'the database does not answer' },
      ...{
        resolvedAt: outage + 14 * 60_000,
        secondsToAcknowledge: 210,
      },
    }),
    madeAlert(period.to - 5 * HOUR_MS, { resolvedAt: undefined }),
    madeAlert(period.from + 610 * 60_000, {
      ...{
        rule: 'RequestsFailing',
        severity: 'critical',
        summary: '24 requests a minute fail inside of the server',
      },
      ...{ resolvedAt: period.from + 645 * 60_000, secondsToAcknowledge: 690 },
    }),
  ];
  const hours = Array.from({ length: 28 * 24 }, (_, index) => period.to - (28 * 24 - 1 - index) * HOUR_MS);
  const grown = (from: number, perDay: number): (readonly [number, number])[] =>
    hours.map((hour, index) => [hour, from + (perDay * index) / 24 + (index % 24) * 1e5]);
  return madeFacts(
    madePeriod(period, at, alerts, [{ from: outage, to: outage + 13 * 60_000, isSure: true }]),
    {
      messages: [
        { channel: 'email', sent: 14, dead: 0, waiting: 0, failedAttempts: 2 },
        { channel: 'webhook', sent: 12, dead: 2, waiting: 1, failedAttempts: 23 },
      ],
      loads: [
        { kind: 'details', completed: 5, failed: 0, rows: 4_870, quarantined: 0 },
        { kind: 'refresh', completed: 4, failed: 1, rows: 25_412, quarantined: 7 },
        { kind: 'snapshot', completed: 40, failed: 0, rows: 214_000, quarantined: 0 },
      ],
      lags: [{ source: 'aktools', last: 1, largest: 2 }],
      openQuarantine: 9,
      components: [
        { component: 'api', up: 276, degraded: 0, down: 0 },
        { component: 'database', up: 273, degraded: 0, down: 3 },
        { component: 'market-data', up: 240, degraded: 36, down: 0 },
        { component: 'schema', up: 276, degraded: 0, down: 0 },
      ],
      storage: [
        { name: 'database', used: grown(4.2e9, 31e6), availableBytes: undefined, sizeBytes: undefined },
        { name: '/tmp of worker', used: grown(2e8, 2e6), availableBytes: 8e8, sizeBytes: 1e9 },
      ],
      sections: [
        { title: 'Backups', status: 'not-configured', summary: 'not configured' },
        { title: 'Costs', status: 'not-configured', summary: 'not configured' },
      ],
    },
  );
}
