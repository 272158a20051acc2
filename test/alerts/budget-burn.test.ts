import { describe, expect, it } from 'vitest';
import type { StockAnalysisSpecInput } from '../../operator/src/api/index.ts';
import { series, type SeriesName } from '../../operator/src/resources/monitoring/promql.ts';
import { BURN_RATES } from '../../operator/src/resources/monitoring/rules/slo.ts';
import type { AlertRule, RuleGroup } from '../../operator/src/resources/monitoring/types.ts';
import { firstTime, SECONDS, type BurnRate, type Incident } from './burn-model.ts';
import { firingAt, quietAt } from './five-cases.ts';
import { failuresOf, type Expectation, type InputSeries } from './promtool.ts';
import { isAlert, objectGroups } from './rules-under-test.ts';
import { notation } from './timeline.ts';

const STRICT: StockAnalysisSpecInput = {
  monitoring: { slo: { availability: '99.95', latency: { thresholdMilliseconds: 1000, objective: '95' } } },
};
/** A burn is told of when it has lasted for so long, see AFTER_THE_CAUSE. */
const PENDING_SECONDS = 120;
/** Requests between two samples; so many that every share is a whole number of them. */
const TRAFFIC = 1_000_000;
/** Long windows are evaluated less often here: what is recorded is an average all the same, and days go by faster. */
const STEPS: Readonly<Record<BurnRate['long'], number>> = { '1h': 30, '6h': 60, '1d': 600, '3d': 1800 };
const sampleSeconds = (step: number): number => Math.min(step, 60);

/** So many samples with so many bad requests each among so many. */
type Phase = readonly [samples: number, bad: number, all: number];

interface Slo {
  readonly title: string;
  readonly spec: StockAnalysisSpecInput;
  readonly slo: 'availability' | 'latency';
  readonly budget: number;
  readonly requests: (phases: readonly Phase[]) => InputSeries[];
}

const LABELS = {
  namespace: 'stock-analysis',
  stockanalysis: 'demo',
  component: 'server',
  pod: 'a',
  method: 'GET',
  route: '/api/v1/bars/:symbol',
};

const counted = (
  name: SeriesName,
  labels: Readonly<Record<string, string>>,
  phases: readonly Phase[],
  count: (bad: number, all: number) => number,
): InputSeries => ({
  series: series(name, { ...LABELS, ...labels }),
  values: notation(phases.map(([samples, bad, all]) => ({ samples, increment: count(bad, all) }))),
});

const answered: Slo['requests'] = (phases) => [
  counted('http_requests_total', { status_class: '5xx' }, phases, (bad) => bad),
  counted('http_requests_total', { status_class: '2xx' }, phases, (bad, all) => all - bad),
];

const timed =
  (le: string): Slo['requests'] =>
  (phases) => [
    counted('http_request_duration_seconds_bucket', { le }, phases, (bad, all) => all - bad),
    counted('http_request_duration_seconds_bucket', { le: '10' }, phases, (_bad, all) => all),
    counted('http_request_duration_seconds_count', {}, phases, (_bad, all) => all),
  ];

const AVAILABLE: Slo = {
  title: 'availability 99.9',
  spec: {},
  slo: 'availability',
  budget: 0.001,
  requests: answered,
};
const FAST: Slo = {
  title: 'latency 99 within 500 ms',
  spec: {},
  slo: 'latency',
  budget: 0.01,
  requests: timed('0.5'),
};
const SLOS: readonly Slo[] = [
  AVAILABLE,
  FAST,
  { ...AVAILABLE, title: 'availability 99.95', spec: STRICT, budget: 0.0005 },
  { ...FAST, title: 'latency 95 within 1 s', spec: STRICT, budget: 0.05, requests: timed('1') },
  { ...FAST, title: 'latency 95 in Prometheus 3', spec: STRICT, budget: 0.05, requests: timed('1.0') },
];

/** Every window of the defaults, and the first of others: the windows are the same. */
const COMBINATIONS = SLOS.flatMap((one) =>
  BURN_RATES.filter((rate) => one.spec !== STRICT || rate.long === '1h').map((rate) => ({
    title: `${one.title} over ${rate.long}`,
    one,
    rate,
  })),
);

/** The records of an objective and its alerts; with a window, that of this window alone. */
function rulesFor({ spec, slo }: Slo, long?: string): { groups: RuleGroup[]; alerts: AlertRule[] } {
  const group = objectGroups(spec).find(({ name }) => name === `slo-${slo}`);
  if (group === undefined) throw new Error(`no group for ${slo}`);
  const rules = group.rules.filter(
    (rule) => !isAlert(rule) || long === undefined || rule.labels['window'] === long,
  );
  return { groups: [{ ...group, rules }], alerts: rules.filter(isAlert) };
}

function alertFor(one: Slo, long: string): { groups: RuleGroup[]; rule: AlertRule } {
  const { groups, alerts } = rulesFor(one, long);
  const [rule] = alerts;
  if (rule === undefined) throw new Error(`no alert over ${long}`);
  return { groups, rule };
}

/** What does not hold; empty: everything expected does. */
function failures(
  groups: readonly RuleGroup[],
  step: number,
  input: readonly InputSeries[],
  expected: readonly Expectation[],
): Promise<string> {
  const interval = `${sampleSeconds(step)}s`;
  const tests = [{ name: 'burn', interval, input_series: input, promql_expr_test: expected }];
  return failuresOf([{ groups, interval: `${step}s`, tests }]);
}

describe('budget burns', () => {
  // After a whole window without trouble, with a share not far over the limit: with all requests bad at once the long
  // windows would fire as soon as the short ones.
  it.each(COMBINATIONS)('of $title fire at the computed time and end at another', async ({ one, rate }) => {
    const step = STEPS[rate.long];
    const bad = Math.round(1.37 * rate.factor * one.budget * TRAFFIC);
    const begins = SECONDS[rate.long] + 10 * step;
    const incident: Incident = { bad: bad / TRAFFIC, begins, stops: Number.POSITIVE_INFINITY, step };
    const burns = firstTime(incident, rate, one.budget, begins, true);
    const fires = burns + Math.ceil(PENDING_SECONDS / step) * step;
    const stops = fires + step;
    const ends = firstTime({ ...incident, stops }, rate, one.budget, stops, false);
    const sample = sampleSeconds(step);
    const { groups, rule } = alertFor(one, rate.long);
    const input = one.requests([
      [begins / sample + 1, 0, TRAFFIC],
      [(stops - begins) / sample, bad, TRAFFIC],
      [(ends - stops) / sample + 10, 0, TRAFFIC],
    ]);
    expect(
      await failures(groups, step, input, [
        quietAt(rule, `${burns - step}s`),
        firingAt(rule, `${fires - step}s`, undefined),
        firingAt(rule, `${fires}s`, {}),
        firingAt(rule, `${ends - step}s`, {}),
        quietAt(rule, `${ends}s`),
      ]),
    ).toBe('');
  });

  it.each(SLOS)('of $title are silent while the budget lasts for exactly its time', async (one) => {
    const { groups, alerts } = rulesFor(one);
    const step = STEPS['3d'];
    const samples = SECONDS['3d'] / sampleSeconds(step) + 1;
    const times = [SECONDS['1h'], SECONDS['6h'], SECONDS['1d'], SECONDS['3d']];
    const input = one.requests([[samples, TRAFFIC * one.budget, TRAFFIC]]);
    const expected = alerts.flatMap((rule) => times.map((time) => quietAt(rule, `${time}s`)));
    expect(await failures(groups, step, input, expected)).toBe('');
  });

  it.each(SLOS)('of $title are silent at four bad requests in a quiet night, not at five', async (one) => {
    const { groups, rule } = alertFor(one, '1h');
    // Nobody else asks: all requests of the hour are bad.
    const input = (count: number): InputSeries[] =>
      one.requests([
        [121, 0, 0],
        [count, 1, 1],
        [20, 0, 0],
      ]);
    expect(await failures(groups, 30, input(4), [quietAt(rule, '64m30s')])).toBe('');
    expect(await failures(groups, 30, input(5), [firingAt(rule, '64m30s', {})])).toBe('');
  });

  it.each(SLOS)('of $title judge the first hour of an object by the window of an hour alone', async (one) => {
    const input = one.requests([[66, TRAFFIC * one.budget * 20, TRAFFIC]]);
    const short = alertFor(one, '1h');
    expect(await failures(short.groups, 60, input, [firingAt(short.rule, '65m', {})])).toBe('');
    const { groups, alerts } = rulesFor(one);
    const longer = groups.map(({ name, rules }) => ({
      name,
      rules: rules.filter((rule) => rule !== alerts[0]),
    }));
    const expected = alerts.slice(1).map((rule) => quietAt(rule, '65m'));
    expect(await failures(longer, 60, input, expected)).toBe('');
  });

  it.each(SLOS)('of $title conclude nothing from no series', async (one) => {
    const { groups, alerts } = rulesFor(one);
    expect(
      await failures(
        groups,
        60,
        [],
        alerts.map((rule) => quietAt(rule, '2h')),
      ),
    ).toBe('');
  });

  it('count neither refusals nor probes nor who went away as errors', async () => {
    const { groups, alerts } = rulesFor(AVAILABLE);
    const requests = (labels: Readonly<Record<string, string>>): InputSeries =>
      counted('http_requests_total', labels, [[300, 0, TRAFFIC]], (_bad, all) => all);
    const input = [
      requests({ status_class: '4xx' }),
      requests({ status_class: 'aborted' }),
      requests({ status_class: '2xx' }),
      requests({ status_class: '5xx', route: '/health/ready' }),
      requests({ status_class: '5xx', route: '/monitoring/status' }),
      requests({ status_class: '5xx', route: 'unmatched' }),
    ];
    const object = '{namespace="stock-analysis",stockanalysis="demo"}';
    const ratio = 'stock_analysis:http_requests:error_ratio_rate5m';
    expect(
      await failures(groups, 30, input, [
        ...alerts.map((rule) => quietAt(rule, '2h')),
        // Of what counts one half is 4xx, and nothing failed.
        {
          expr: 'round(stock_analysis:http_requests:all_rate5m * 30)',
          eval_time: '2h',
          exp_samples: [{ labels: object, value: 2 * TRAFFIC }],
        },
        { expr: ratio, eval_time: '2h', exp_samples: [{ labels: ratio + object, value: 0 }] },
      ]),
    ).toBe('');
  });
});
