import { describe, expect, it } from 'vitest';
import { series } from '../../operator/src/resources/monitoring/promql.ts';
import type { AlertCase } from './alert-case.ts';
import { ALERT_CASES } from './cases/index.ts';
import { firingAt, groupsFor } from './five-cases.ts';
import { failuresOf, type Expectation, type InputSeries } from './promtool.ts';
import { everyAlert, isAlert } from './rules-under-test.ts';
import { notation, type Phase } from './timeline.ts';

/** Alerts that wait for long, on the word of one process; an hour more is of no matter to a certificate. */
const PATIENT = [...everyAlert().values()].filter(
  (rule) => /[hd]$/.test(rule.for ?? '') && rule.for !== '1h',
);
const BAD_MINUTES = 30;
const PAUSE_MINUTES = 10;

const caseOf = (alert: string, severity: string): AlertCase => {
  const found = ALERT_CASES.find((one) => alert.endsWith(one.name) && one.severity === severity);
  if (found === undefined) throw new Error(`no case for ${alert}`);
  return found;
};

describe('alerts that wait for hours', () => {
  it.each(PATIENT.map((rule) => ({ title: `${rule.alert} ${rule.labels.severity}`, rule })))(
    '$title do not begin anew when the process that tells of it does',
    async ({ rule }) => {
      const one = caseOf(rule.alert, rule.labels.severity);
      const groups = groupsFor(one);
      const own = groups.flatMap(({ rules }) => rules).find(isAlert);
      if (own === undefined) throw new Error('no rule');
      const { namespace = '', stockanalysis = '' } = own.labels;
      const input = one.series
        .filter(({ bad }) => bad !== 'absent')
        .map(({ metric, labels = {}, bad }) => ({
          series: series(metric, { namespace, stockanalysis, ...labels }),
          values: notation([
            { samples: BAD_MINUTES, value: Number(bad) },
            { samples: PAUSE_MINUTES, absent: true },
            { samples: one.fires, value: Number(bad) },
          ]),
        }));
      const tests = [
        {
          name: 'pause',
          interval: '1m',
          input_series: input,
          promql_expr_test: [
            firingAt(own, `${one.fires - 1}m`, undefined),
            firingAt(own, `${one.fires}m`, one.labels ?? {}),
          ],
        },
      ];
      expect(await failuresOf([{ groups, interval: '1m', tests }])).toBe('');
    },
  );
});

describe('a lag of market data', () => {
  const critical = [...everyAlert().values()].find(
    ({ alert, labels }) => alert.endsWith('IngestionLagging') && labels.severity === 'critical',
  );
  if (critical === undefined) throw new Error('no alert on a lag');
  const told = (pod: string, phases: readonly Phase[]): InputSeries => ({
    series: series('stock_analysis_ingestion_lag_trading_days', {
      namespace: 'stock-analysis',
      stockanalysis: 'demo',
      pod,
      source: 'aktools',
    }),
    values: notation(phases),
  });
  const failures = (input: readonly InputSeries[], expected: readonly Expectation[]): Promise<string> =>
    failuresOf([
      {
        groups: [{ name: 'lag', rules: [critical] }],
        interval: '1m',
        tests: [{ name: 'lag', interval: '1m', input_series: input, promql_expr_test: expected }],
      },
    ]);

  it('does not end because no worker tells of it any more', async () => {
    const input = [
      told('a', [
        { samples: 200, value: 3 },
        { samples: 1000, absent: true },
      ]),
    ];
    const labels = { source: 'aktools' };
    const minutes = [185, 210, 220, 700, 1190];
    expect(
      await failures(
        input,
        minutes.map((minute) => firingAt(critical, `${minute}m`, labels)),
      ),
    ).toBe('');
  });

  it('of a worker long gone does not come back when the next one goes as well', async () => {
    const input = [
      told('a', [
        { samples: 30, value: 3 },
        { samples: 800, absent: true },
      ]),
      told('b', [
        { samples: 30, absent: true },
        { samples: 270, value: 0 },
        { samples: 530, absent: true },
      ]),
    ];
    const minutes = Array.from({ length: 82 }, (_, index) => index * 10);
    expect(
      await failures(
        input,
        minutes.map((minute) => firingAt(critical, `${minute}m`, undefined)),
      ),
    ).toBe('');
  });
});
