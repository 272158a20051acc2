import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../operator/src/api/index.ts';
import { series, type SeriesName } from '../../operator/src/resources/monitoring/promql.ts';
import { firingAt, quietAt } from './five-cases.ts';
import { failuresOf, type InputSeries } from './promtool.ts';
import { alertsOf, objectGroups, runbookName } from './rules-under-test.ts';
import { notation, type Phase } from './timeline.ts';

const IDENTITY = { namespace: 'stock-analysis', stockanalysis: 'demo' };

const shown = (name: SeriesName, labels: Record<string, string>, phases: readonly Phase[]): InputSeries => ({
  series: series(name, { ...IDENTITY, ...labels }),
  values: notation(phases),
});

const condition = (status: string, phases: readonly Phase[]): InputSeries =>
  shown('stock_analysis_object_condition', { type: 'DatabaseReady', status }, phases);

/** For twenty minutes, and not from then on; and the other way round. */
const worked: readonly Phase[] = [
  { samples: 20, value: 1 },
  { samples: 41, absent: true },
];
const waits: readonly Phase[] = [
  { samples: 20, absent: true },
  { samples: 41, value: 1 },
];
const servers = (phases: readonly Phase[]): readonly InputSeries[] => [
  shown('up', { component: 'server', pod: 'a' }, phases),
];

/** What the rules of this name say against their being silent for so long; `mayWait`: they may be pending. */
function failuresOfSilence(
  name: string,
  input: readonly InputSeries[],
  minutes: number,
  mayWait = false,
): Promise<string> {
  const rules = alertsOf(objectGroups()).filter((one) => runbookName(one) === name);
  const [rule] = rules;
  if (rule === undefined) throw new Error(`no alert ${name}`);
  const times = Array.from({ length: minutes }, (_, minute) =>
    mayWait ? firingAt(rule, `${minute + 1}m`, undefined) : quietAt(rule, `${minute + 1}m`),
  );
  const tests = [{ name, interval: '1m', input_series: input, promql_expr_test: times }];
  return failuresOf([{ groups: [{ name, rules }], interval: '1m', tests }]);
}

describe('no alert', () => {
  it('tells of the database of a new object that is on its way', async () => {
    expect(
      await failuresOfSilence('DatabaseDown', [condition('False', [{ samples: 61, value: 1 }])], 60),
    ).toBe('');
  });

  it('tells of the database of an object that was made anew under the name of one that worked', async () => {
    const info = (schema: string, phases: readonly Phase[]): InputSeries =>
      shown('stock_analysis_object_info', { schema }, phases);
    const input = [
      condition('True', worked),
      condition('False', waits),
      info('1796026140000', worked),
      info('', waits),
    ];
    expect(await failuresOfSilence('DatabaseDown', input, 60)).toBe('');
    expect(await failuresOfSilence('ServerMissing', [...input, ...servers(worked)], 60)).toBe('');
  });

  it('tells of the database of an object that is woken, for a quarter of an hour', async () => {
    const suspended = (status: string, phases: readonly Phase[]): InputSeries =>
      shown('stock_analysis_object_condition', { type: 'Suspended', status }, phases);
    const input = [
      condition('False', [{ samples: 61, value: 1 }]),
      shown('stock_analysis_object_info', { schema: '1796026140000' }, [{ samples: 61, value: 1 }]),
      suspended('True', worked),
      suspended('False', waits),
    ];
    expect(await failuresOfSilence('DatabaseDown', input, 34)).toBe('');
    // After that nobody waits for it any longer.
    expect(await failuresOfSilence('DatabaseDown', input, 36)).not.toBe('');
  });

  it.each([
    [10, 11],
    [11, 10],
  ])('tells of servers where DatabaseDown does, whoever is asked first (%i, %i)', async (server, worker) => {
    const reaches = (component: string, up: number): InputSeries =>
      shown(
        'stock_analysis_component_health',
        { component, pod: component, exported_component: 'database' },
        [
          { samples: up, value: 1 },
          { samples: 10, value: 0 },
          { samples: 20 - up, value: 1 },
        ],
      );
    const input = [reaches('server', server), reaches('worker', worker)];
    expect(await failuresOfSilence('APIUnready', input, 30, true)).toBe('');
    expect(await failuresOfSilence('DatabaseDown', input, 30, true)).not.toBe('');
  });

  it('tells of the database because the operator cannot reach it, as long as the application does', async () => {
    const input = [
      condition('True', [
        { samples: 20, value: 1 },
        { samples: 41, absent: true },
      ]),
      condition('False', [
        { samples: 20, absent: true },
        { samples: 41, value: 1 },
      ]),
      shown('stock_analysis_component_health', { component: 'server', exported_component: 'database' }, [
        { samples: 61, value: 1 },
      ]),
    ];
    expect(await failuresOfSilence('DatabaseDown', input, 60)).toBe('');
  });

  it('tells of many writes while the spec changes', async () => {
    const input = [
      shown('stock_analysis_object_writes_total', {}, [{ samples: 61, increment: 20 }]),
      shown('stock_analysis_object_generation', {}, [{ samples: 61, increment: 1 }]),
    ];
    expect(await failuresOfSilence('ObjectHotLoop', input, 60)).toBe('');
  });

  it('tells of a hundred rows more in quarantine than six hours ago', async () => {
    const rows = (samples: number, value: number): Phase => ({ samples, value });
    const labels = { source: 'aktools', dataset: 'bars', disposition: 'held' };
    const input = [shown('stock_analysis_quarantine_open_rows', labels, [rows(10, 5), rows(391, 105)])];
    expect(await failuresOfSilence('QuarantineGrowing', input, 400)).toBe('');
  });

  it('of a running part is there while the object is suspended', () => {
    const names = new Set(alertsOf(objectGroups({ suspend: true })).map(runbookName));
    expect([...names].sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'DriftRepaired',
      'ObjectHotLoop',
      'ObjectStalled',
      'RolloutPending',
    ]);
  });
});

describe('thresholds of latency', () => {
  it('are bounds of buckets: between two of them nobody can tell how many were faster', () => {
    const source = readFileSync(
      resolve(import.meta.dirname, '../../app/server/src/monitoring/metrics/http-metrics.ts'),
      'utf8',
    );
    const [, list = ''] = /^const BUCKETS = \[([\d., ]+)\];$/m.exec(source) ?? [];
    const bounds = new Set(list.split(',').map((bound) => Math.round(Number(bound) * 1000)));
    const isAccepted = (thresholdMilliseconds: number): boolean =>
      parseSpec({ monitoring: { slo: { latency: { thresholdMilliseconds } } } }).ok;
    const accepted = Array.from({ length: 20_000 }, (_, value) => value).filter(isAccepted);
    expect(accepted.length).toBeGreaterThan(3);
    expect(accepted.filter((value) => !bounds.has(value))).toEqual([]);
  });
});

describe('a large volume', () => {
  it('is as large to the operator as to the application', () => {
    const sizes = [
      '../../app/server/src/monitoring/system/database-volume.ts',
      '../../operator/src/resources/monitoring/rules/storage.ts',
    ].map((file) => {
      const text = readFileSync(resolve(import.meta.dirname, file), 'utf8');
      return /^const LARGE_BYTES = (.+);$/m.exec(text)?.[1];
    });
    expect(sizes).toEqual(['50 * 1024 ** 3', '50 * 1024 ** 3']);
  });
});
