import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StockAnalysis } from '../../api/index.ts';
import { CONDITION_TYPES } from '../../naming/index.ts';
import { resources } from '../../kube/index.ts';
import { labelsOf } from '../../naming/index.ts';
import { RuntimeMetrics } from '../../runtime/index.ts';
import { HttpServer } from '../../runtime/http-server.ts';
import { ObjectMetrics } from './object-metrics.ts';
import { CHILD_TYPES, monitoringKinds, stockAnalyses } from './types.ts';

const NOW = '2026-01-02T03:04:05Z';

function object(name: string, status: StockAnalysis['status'], generation = 3): StockAnalysis {
  return {
    apiVersion: 'stockanalysis.dev/v1alpha1',
    kind: 'StockAnalysis',
    metadata: { name, namespace: 'here', uid: name, generation, resourceVersion: '1' },
    ...(status ? { status } : {}),
  };
}

const condition = (type: string, status: 'True' | 'False' | 'Unknown') => ({
  ...{ type, status, observedGeneration: 3, lastTransitionTime: NOW },
  ...{ reason: 'Available', message: '' },
});

const ready = (status: 'True' | 'False' | 'Unknown') => ({
  observedGeneration: 2,
  conditions: [condition('Ready', status)],
});

/** Samples without comments. */
const samples = (metrics: ObjectMetrics): string[] =>
  metrics
    .expose()
    .join('')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

const demo = { namespace: 'here', name: 'demo' };
const LABELS = 'namespace="here",stockanalysis="demo"';

describe('ObjectMetrics', () => {
  it('tells of status, and only of the present one', () => {
    const metrics = new ObjectMetrics();
    metrics.seen(object('demo', ready('Unknown')));
    metrics.seen(object('demo', ready('True'), 4));
    const found = samples(metrics);
    expect(found.filter((line) => line.includes('_condition'))).toEqual([
      `stock_analysis_object_condition{${LABELS},type="Ready",status="True"} 1`,
    ]);
    expect(found).toContain(`stock_analysis_object_generation{${LABELS}} 4`);
    expect(found).toContain(`stock_analysis_object_observed_generation{${LABELS}} 2`);
  });

  it('tells what runs, and quotes what stands in it', () => {
    const metrics = new ObjectMetrics();
    const image = { app: { reference: 'app:1', origin: 'Operator' as const } };
    metrics.seen(object('demo', { image, database: { version: '17 "a\\b"\n' } }));
    expect(samples(metrics)).toContain(
      `stock_analysis_object_info{${LABELS},app="app:1",postgres="",schema="",postgres_version="17 \\"a\\\\b\\"\\n"} 1`,
    );
  });

  it('counts what this process does, for each object', () => {
    const metrics = new ObjectMetrics();
    metrics.seen(object('demo', undefined));
    metrics.seen(object('other', undefined));
    metrics.reconciled(demo);
    metrics.repaired(demo, 'Service');
    metrics.repaired(demo, 'Service');
    const metadata = {
      name: 'demo-server',
      uid: 'u',
      resourceVersion: '1',
      labels: labelsOf('demo', 'server'),
    };
    const child = { apiVersion: 'v1', kind: 'Service', metadata };
    metrics.wrote({
      type: resources.services,
      ref: { namespace: 'here', name: 'demo-server' },
      object: child,
    });
    metrics.wrote({ type: stockAnalyses, ref: demo });
    metrics.wrote({ type: resources.leases, ref: demo });
    metrics.wrote({ type: resources.services, ref: { namespace: 'elsewhere', name: 'x' }, object: child });
    metrics.certificate(demo, 'database', Date.parse(NOW));
    metrics.certificate(demo, 'database', Number.NaN);
    const found = samples(metrics);
    expect(found).toContain(`stock_analysis_object_reconciles_total{${LABELS}} 1`);
    expect(found).toContain(`stock_analysis_object_writes_total{${LABELS}} 2`);
    expect(found).toContain(`stock_analysis_object_drift_repairs_total{${LABELS},kind="Service"} 2`);
    expect(found).toContain(
      `stock_analysis_object_certificate_expiry_timestamp_seconds{${LABELS},certificate="database"} ${Date.parse(NOW) / 1000}`,
    );
    expect(found).toContain('stock_analysis_object_writes_total{namespace="here",stockanalysis="other"} 0');
  });

  it('begins every count at 0, so that a first repair is an increase, and has no other kinds than those', () => {
    const metrics = new ObjectMetrics();
    metrics.seen(object('demo', undefined));
    const repairs = (): string[] => samples(metrics).filter((line) => line.includes('drift_repairs_total'));
    expect(repairs()).toContain(
      `stock_analysis_object_drift_repairs_total{${LABELS},kind="PrometheusRule"} 0`,
    );
    const [before, types] = [repairs(), [...CHILD_TYPES, ...Object.values(monitoringKinds)]];
    for (const { kind } of types) metrics.repaired(demo, kind);
    expect(repairs()).toEqual(before.map((line) => line.replace(/ 0$/, ' 1')));
  });

  it('forgets an object with everything, and counts nothing of one that is gone', () => {
    const metrics = new ObjectMetrics();
    metrics.seen(object('demo', ready('True')));
    metrics.reconciled(demo);
    metrics.forget(demo);
    metrics.reconciled(demo);
    metrics.repaired(demo, 'Service');
    metrics.certificate(demo, 'database', 1);
    expect(samples(metrics)).toEqual([]);
    metrics.seen(object('demo', ready('True')));
    expect(samples(metrics)).toContain(`stock_analysis_object_reconciles_total{${LABELS}} 0`);
  });

  it.each<readonly [string, (metrics: ObjectMetrics) => void, string]>([
    ['a visit', (metrics) => metrics.reconciled(demo), `reconciles_total{${LABELS}} 1`],
    ['a write', (metrics) => metrics.wrote({ type: stockAnalyses, ref: demo }), `writes_total{${LABELS}} 1`],
    [
      'a repair',
      (metrics) => metrics.repaired(demo, 'Service'),
      `drift_repairs_total{${LABELS},kind="Service"} 1`,
    ],
    [
      'a certificate',
      (metrics) => metrics.certificate(demo, 'database', 5_000),
      `certificate_expiry_timestamp_seconds{${LABELS},certificate="database"} 5`,
    ],
    [
      'another status',
      (metrics) => metrics.seen(object('demo', ready('False'))),
      `condition{${LABELS},type="Ready",status="False"} 1`,
    ],
    ['another spec', (metrics) => metrics.seen(object('demo', ready('True'), 9)), `generation{${LABELS}} 9`],
    [
      'another object',
      (metrics) => metrics.seen(object('next', ready('True'))),
      `generation{namespace="here",stockanalysis="next"} 3`,
    ],
  ])('shows %s at the next scrape, whatever was exposed before', (_what, change, line) => {
    const metrics = new ObjectMetrics();
    metrics.seen(object('demo', ready('True')));
    expect(samples(metrics)).not.toContain(`stock_analysis_object_${line}`);
    change(metrics);
    expect(samples(metrics)).toContain(`stock_analysis_object_${line}`);
  });

  it('keeps the samples of each metric together, below its type', () => {
    const metrics = new ObjectMetrics();
    for (const name of ['a', 'b']) metrics.seen(object(name, ready('True')));
    const blocks = metrics.expose().join('').split('# HELP ').slice(1);
    const strangers = blocks.flatMap((block) => {
      const [help = '', type = '', ...lines] = block.trimEnd().split('\n');
      const name = help.slice(0, help.indexOf(' '));
      const isOurs = type.startsWith(`# TYPE ${name} `);
      return isOurs ? lines.filter((line) => !line.startsWith(`${name}{`)) : [block];
    });
    expect(strangers).toEqual([]);
    expect(blocks.length).toBeGreaterThan(5);
  });
});

describe('a scrape', () => {
  const OBJECTS = 1000;
  /** What a Prometheus may wait for, and how much of it we take at most. */
  const LIMIT_MS = 100;
  const SHARE = 3;
  let server: HttpServer;
  let url: string;
  const metrics = new ObjectMetrics();

  beforeEach(async () => {
    const runtime = new RuntimeMetrics().collectProcessMetrics();
    runtime.addExposition(() => metrics.expose());
    server = new HttpServer({ '/metrics': async () => ({ status: 200, ...(await runtime.expose()) }) });
    url = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}/metrics`;
  });
  afterEach(() => server.close());

  const names = Array.from({ length: OBJECTS }, (_, index) => `object-${index}`);

  it(
    `of ${OBJECTS} objects takes less than a third of ${LIMIT_MS} ms of CPU`,
    { timeout: 60_000 },
    async () => {
      const status = {
        observedGeneration: 3,
        conditions: CONDITION_TYPES.map((type) => condition(type, 'True')),
      };
      for (const name of names) metrics.seen(object(name, status));
      let least = Number.POSITIVE_INFINITY;
      let text = '';
      // Time of this process, client and all, and the least of some: what others do on this machine is not measured.
      for (let round = 0; round < 20 && least >= LIMIT_MS / SHARE; round += 1) {
        const begun = process.cpuUsage();
        text = await (await fetch(url)).text();
        const { user, system } = process.cpuUsage(begun);
        least = Math.min(least, (user + system) / 1000);
      }
      expect(text.match(/^stock_analysis_object_condition\{/gm)).toHaveLength(
        OBJECTS * CONDITION_TYPES.length,
      );
      expect(text).toContain('process_resident_memory_bytes');
      expect(least).toBeLessThan(LIMIT_MS / SHARE);
    },
  );
});
