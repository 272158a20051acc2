import { describe, expect, it } from 'vitest';
import { series } from '../../operator/src/resources/monitoring/promql.ts';
import type { AlertCase } from './alert-case.ts';
import { ALERT_CASES } from './cases/index.ts';
import { firingAt, groupsFor } from './four-cases.ts';
import { failuresOf } from './promtool.ts';
import { everyAlert, isAlert } from './rules-under-test.ts';
import { notation } from './timeline.ts';

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
