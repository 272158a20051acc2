import { BY_OBJECT, recorded } from '../promql.ts';
import type { AlertRule, RecordingRule, RuleGroup } from '../types.ts';
import { AFTER_THE_CAUSE, type ObjectContext, type ObjectRules } from './context.ts';

/**
 * Alerts on how fast the budget of errors is used up, after chapter 5 of the SRE workbook: each looks at a long window,
 * so that a short disturbance wakes nobody, and at a short one, so that it ends soon after the disturbance does.
 */
export const BURN_RATES = [
  { factor: 14.4, long: '1h', short: '5m', severity: 'critical' },
  { factor: 6, long: '6h', short: '30m', severity: 'critical' },
  { factor: 3, long: '1d', short: '2h', severity: 'warning' },
  { factor: 1, long: '3d', short: '6h', severity: 'warning' },
] as const;

export type Window = (typeof BURN_RATES)[number]['long' | 'short'];

export const WINDOW_SECONDS: Readonly<Record<Window, number>> = {
  '5m': 300,
  '30m': 1800,
  '1h': 3600,
  '2h': 7200,
  '6h': 21_600,
  '1d': 86_400,
  '3d': 259_200,
};

/** How often the rules are evaluated; the guard below counts with it. */
export const SLO_INTERVAL_SECONDS = 30;

/**
 * Fewer bad requests than this within the long window alert nobody: at night one failure among ten requests is a rate of
 * 10 %, and no incident. Compared half a request lower: a rate times its window is a whole number in thought only.
 */
export const FEWEST_BAD_REQUESTS = 5;

/** Using up the budget in exactly its time is what was agreed; the last digit of a division must not wake anybody. */
const TOLERANCE = 1 + 1e-6;

/** Windows up to here are computed from the counters; longer ones from what was recorded, or each evaluation reads days. */
const LONGEST_DIRECT_SECONDS = 7200;

/** What no user asked for: probes, scrapes, the platform's own pages, and paths that do not exist. */
const NOT_OF_USERS = '!~/health.*|/monitoring.*|/metrics|unmatched';

/** A ratio of bad requests to all, and the share of good ones that was promised. */
export interface Objective {
  /** Label `slo` of its series. */
  readonly slo: 'availability' | 'latency';
  /** Prefix of its recorded series. */
  readonly record: 'stock_analysis:http_requests' | 'stock_analysis:http_requests_slow';
  /** In percent, as a decimal number. */
  readonly promised: string;
  /** Requests per second within a window. */
  readonly bad: (window: Window) => string;
  readonly all: (window: Window) => string;
}

/** The share that may fail; ten digits, because 100 - 99.9 is 0.09999999999999432. */
export const budgetOf = (promised: string): number =>
  Number(((100 - Number(promised)) / 100).toPrecision(10));

const rateOf = (selector: string, window: Window): string =>
  `sum ${BY_OBJECT} (rate(${selector}[${window}]))`;

/** Where one of the terms has no series there is nothing bad, and not nothing to say. */
const orZero = (bad: string, all: string): string => `(${bad} or 0 * ${all})`;

/**
 * 5xx are the platform's fault. 4xx are not, 429 included: whoever is told to come back later is served as promised, and
 * a client could use up the budget by itself otherwise. Where nobody could count, it is 503. A client that went away
 * before the answer (`aborted`) counts on neither side: nobody knows what it would have got.
 */
function availability({ series, target }: ObjectContext): Objective {
  const requests = (statusClass: string): string =>
    series('http_requests_total', { route: NOT_OF_USERS, status_class: statusClass });
  const all = (window: Window): string => rateOf(requests('!=aborted'), window);
  return {
    slo: 'availability',
    record: 'stock_analysis:http_requests',
    promised: target.spec.monitoring.slo.availability,
    bad: (window) => orZero(rateOf(requests('5xx'), window), all(window)),
    all,
  };
}

/** Prometheus 3 writes whole numbers in `le` with a decimal place, older ones as the process does. */
function bucketLabel(milliseconds: number): string {
  const seconds = String(milliseconds / 1000);
  return seconds.includes('.') ? seconds : `=~${seconds}(\\.0)?`;
}

/**
 * Requests that read; a write may wait for its turn, and a stream of events is not in the histogram. Who gave up after a
 * second without an answer is: when nothing is answered in time there is nobody else.
 */
function latency({ series, target }: ObjectContext): Objective {
  const { thresholdMilliseconds, objective } = target.spec.monitoring.slo.latency;
  const reads = { route: NOT_OF_USERS, method: 'GET' };
  const all = (window: Window): string =>
    rateOf(series('http_request_duration_seconds_count', reads), window);
  const fast = { ...reads, le: bucketLabel(thresholdMilliseconds) };
  return {
    slo: 'latency',
    record: 'stock_analysis:http_requests_slow',
    promised: objective,
    bad: (window) =>
      `(${all(window)} - ${rateOf(series('http_request_duration_seconds_bucket', fast), window)})`,
    all,
  };
}

export const objectivesOf = (context: ObjectContext): readonly Objective[] => [
  availability(context),
  latency(context),
];

const isDirect = (window: Window): boolean => WINDOW_SECONDS[window] <= LONGEST_DIRECT_SECONDS;

function ratio({ identity }: ObjectContext, { record, bad, all }: Objective, window: Window): RecordingRule {
  const average = (of: 'bad' | 'all'): string =>
    `avg_over_time(${recorded(`${record}:${of}_rate5m`, identity)}[${window}])`;
  const [over, under] = isDirect(window) ? [bad(window), all(window)] : [average('bad'), average('all')];
  return { record: `${record}:error_ratio_rate${window}`, expr: `${over} / (${under} > 0)` };
}

/** Bad requests of the long window. */
function badRequests({ identity }: ObjectContext, { record, bad }: Objective, window: Window): string {
  return isDirect(window)
    ? `${bad(window)} * ${WINDOW_SECONDS[window]}`
    : `sum_over_time(${recorded(`${record}:bad_rate5m`, identity)}[${window}]) * ${SLO_INTERVAL_SECONDS}`;
}

/** The first third of a window that is read from records: of an object, or a Prometheus, that is younger it says nothing. */
const BEGINNING: Readonly<Partial<Record<Window, string>>> = {
  '6h': '[2h] offset 4h',
  '1d': '[8h] offset 16h',
  '3d': '[1d] offset 2d',
};

/** An average over three days of which there is one hour is that of the hour: nothing to measure days by. */
function isOldEnough({ identity }: ObjectContext, { record }: Objective, window: Window): string {
  const beginning = BEGINNING[window];
  return beginning === undefined
    ? ''
    : ` and last_over_time(${recorded(`${record}:all_rate5m`, identity)}${beginning})`;
}

const TEXT = {
  availability: {
    name: 'AvailabilityBudgetBurn',
    bad: 'failed',
    promise: (context: ObjectContext) =>
      `${context.target.spec.monitoring.slo.availability} % of requests answered`,
  },
  latency: {
    name: 'LatencyBudgetBurn',
    bad: 'were slow',
    promise: ({ target }: ObjectContext) => {
      const { thresholdMilliseconds, objective } = target.spec.monitoring.slo.latency;
      return `${objective} % of reading requests within ${thresholdMilliseconds} ms`;
    },
  },
} as const;

function alerts(context: ObjectContext, objective: Objective): AlertRule[] {
  const { slo, record, promised } = objective;
  const { name, bad, promise } = TEXT[slo];
  const budget = budgetOf(promised);
  return BURN_RATES.map(({ factor, long, short, severity }) => {
    const limit = Number((factor * budget * TOLERANCE).toPrecision(8));
    const over = (window: Window): string =>
      `${recorded(`${record}:error_ratio_rate${window}`, context.identity)} > ${limit}`;
    return context.alert({
      name,
      severity,
      expr: `${over(long)} and ${over(short)} and ${badRequests(context, objective, long)} > ${FEWEST_BAD_REQUESTS - 0.5}${isOldEnough(context, objective, long)}`,
      for: AFTER_THE_CAUSE,
      labels: { slo, window: long },
      summary: `The ${slo} budget of ${context.subject} is used up ${factor} times too fast`,
      description: `{{ $value | humanizePercentage }} of the requests of the last ${long} ${bad}, and more than ${Number((limit * 100).toPrecision(5))} % of the last ${short}; promised are ${promise(context)}. At this rate the budget of 30 days lasts ${Number((30 / factor).toFixed(1))} days.`,
    });
  });
}

function records(context: ObjectContext, objective: Objective): RecordingRule[] {
  const { record, slo, promised, bad, all } = objective;
  const windows: readonly Window[] = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'];
  return [
    { record: `${record}:bad_rate5m`, expr: bad('5m') },
    { record: `${record}:all_rate5m`, expr: all('5m') },
    ...windows.map((window) => ratio(context, objective, window)),
    {
      record: 'stock_analysis:slo:error_budget',
      expr: `vector(${budgetOf(promised)})`,
      labels: { ...context.identity, slo },
    },
  ];
}

/** One group for each objective: what is recorded is there when the alerts of the same evaluation read it. */
export const sloRules: ObjectRules = (context) =>
  objectivesOf(context).map((objective): RuleGroup => ({
    name: `slo-${objective.slo}`,
    interval: `${SLO_INTERVAL_SECONDS}s`,
    rules: [...records(context, objective), ...alerts(context, objective)],
  }));
