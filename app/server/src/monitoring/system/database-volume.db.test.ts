import type { INestApplicationContext } from '@nestjs/common';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { asAdmin } from '../../database/testing/migrated-template.ts';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { createWorkerApplication } from '../../worker.ts';
import { Components } from '../alerts/components.ts';
import type { Observation } from '../alerts/conditions/observation.ts';
import { Observer } from '../alerts/conditions/observer.ts';
import { builtinRules } from '../alerts/rules/builtin.ts';
import type { AlertRule } from '../alerts/rules/definition.ts';
import { testEngine } from '../alerts/testing/test-engine.ts';
import { CachedCheck } from '../health/cached-check.ts';
import type { ComponentDto, PlatformHealthDto } from '../health/component-health.dto.ts';
import { ComponentHealth } from '../health/component-health.ts';
import { ComponentStates } from '../health/component-states.ts';
import { HealthChecks } from '../health/health-checks.ts';
import { DatabaseVolumeCheck } from '../health/checks/database-volume-check.ts';
import { MetricHistory } from '../history/metric-history.ts';
import { MetricRecorder } from '../history/recorder.ts';
import { ManagementServer } from '../management-server.ts';
import { Metrics } from '../metrics/metrics.ts';
import { DatabaseVolume } from './database-volume.ts';

const GIB = 1024 ** 3;
const MISSING = /^stock_analysis_database_volume_\w+ /m;

let folder: string;
let database: TestDatabase;
let worker: INestApplicationContext;
let check: CachedCheck;

/** What the program of the table will say: of 20 GiB so many are left. */
function leave(gib: number, { inodes = [1_000, 900], size = 20 } = {}): void {
  const blocks = [size, gib].map((one) => Math.round((one * GIB) / 4096));
  writeFileSync(join(folder, 'figures'), `${[4096, ...blocks, ...inodes].join(' ')}\n`);
}

/** As the operator does, with a program that says what a test wants. */
const provide = () =>
  asAdmin(database.urls.admin, async (admin) => {
    await admin.query(`
      CREATE SCHEMA platform;
      CREATE EXTENSION file_fdw SCHEMA platform;
      CREATE SERVER platform_files FOREIGN DATA WRAPPER file_fdw;
      CREATE FOREIGN TABLE platform.database_volume (
        block_bytes bigint, blocks bigint, available_blocks bigint, inodes bigint, free_inodes bigint
      ) SERVER platform_files OPTIONS (program 'cat ${folder}/figures', format 'text', delimiter ' ');
      GRANT USAGE ON SCHEMA platform TO app_rw;
      GRANT SELECT ON platform.database_volume TO app_rw`);
  });

const asPlatform = (sql: string) =>
  asAdmin(database.urls.admin, async (admin) => void (await admin.query(sql)));

async function health(): Promise<PlatformHealthDto> {
  const { port } = worker.get(ManagementServer);
  const { body } = await request(`http://127.0.0.1:${port}`).get('/monitoring/health').expect(200);
  return body;
}

const componentOf = ({ components = [] }: PlatformHealthDto): ComponentDto | undefined =>
  components.find(({ name }) => name === 'database-volume');

const figures = async (): Promise<Record<string, number>> => {
  const lines = (await worker.get(Metrics).exposition()).matchAll(
    /^stock_analysis_database_volume_(\w+) (\S+)$/gm,
  );
  return Object.fromEntries([...lines].map(([, name = '', value]) => [name, Number(value)]));
};

/** Looks now, in place of 30 s later, and tells what the component is. */
async function looked() {
  await check.run();
  return check.state;
}

const observed = async (rule: AlertRule): Promise<Observation[]> => {
  const components = new Components(worker.get(ComponentHealth), worker.get(HealthChecks));
  return new Observer(worker.get(MetricHistory), components).observe(rule.condition, Date.now() + 1_000);
};

function ruleNamed(wanted: string): AlertRule {
  const found = builtinRules(0, 300).find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`there is no rule ${wanted}`);
  return found;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'database-volume-'));
  chmodSync(folder, 0o755);
  leave(10);
  database = await createTestDatabase();
  const configuration = database.configuration('worker', {
    marketData: { provider: 'Sample', sample: {}, symbols: ['000151.SZ'] },
  });
  const { monitoring } = configuration;
  // What it writes down and judges by itself must not come between what the test does.
  const history = { ...monitoring.history, sampleSeconds: 300 };
  const alerts = { ...monitoring.alerts, evaluationSeconds: 300 };
  worker = await createWorkerApplication({
    ...configuration,
    monitoring: { ...monitoring, history, alerts },
  });
  check = new CachedCheck(new DatabaseVolumeCheck(worker.get(DatabaseVolume)), { now: () => new Date() });
});
afterAll(async () => {
  await worker.close();
  await database.drop();
  rmSync(folder, { recursive: true });
});

it('is not configured, and no figure, where the database does not tell of it', async () => {
  expect(await looked()).toBeUndefined();
  const seen = await health();
  expect(componentOf(seen)).toBeUndefined();
  expect(seen.notConfigured).toContain('database-volume');
  expect(await worker.get(Metrics).exposition()).not.toMatch(MISSING);
});

it('is told of as soon as the database does, without a restart', async () => {
  await provide();
  expect(await looked()).toMatchObject({ status: 'up', message: '' });
  expect(await figures()).toEqual({
    size_bytes: 20 * GIB,
    available_bytes: 10 * GIB,
    fill_ratio: expect.closeTo(0.5, 6),
  });
  const second = await createWorkerApplication(database.configuration('worker'));
  try {
    const { port } = second.get(ManagementServer);
    const ask = async () =>
      componentOf((await request(`http://127.0.0.1:${port}`).get('/monitoring/health').expect(200)).body);
    await expect.poll(ask, { timeout: 20_000 }).toMatchObject({
      status: 'up',
      processes: [{ role: 'worker', details: { sizeBytes: 20 * GIB, availableBytes: 10 * GIB } }],
    });
  } finally {
    await second.close();
  }
});

it.each([
  ['with a fifth left', 4, {}, 'up', ''],
  ['with less', 3.9, {}, 'degraded', 'the volume of the database has 3993 MiB left, 19.5 %'],
  ['large, with less than a fifth and still plenty', 11, { size: 200 }, 'up', ''],
  ['large, with less', 9.9, { size: 200 }, 'degraded', '10137 MiB left, 5.0 %'],
  ['without inodes', 10, { inodes: [1_000, 49] }, 'degraded', '49 inodes left'],
  ['that has no bound of inodes', 10, { inodes: [0, 0] }, 'up', ''],
])('%s is judged', async (_name, gib, more, status, message) => {
  leave(gib, more);
  const state = await looked();
  expect(state).toMatchObject({ status, message: expect.stringContaining(message) });
  expect(state?.message === '').toBe(message === '');
});

it('is unknown and said to be so where PostgreSQL cannot tell, and the last figure ends', async () => {
  writeFileSync(join(folder, 'figures'), '');
  expect(await looked()).toMatchObject({
    status: 'degraded',
    message: 'PostgreSQL cannot tell how full its volume is: its log says why',
  });
  // Of a moment ago; an older one than five minutes is none.
  expect(await figures()).not.toEqual({});
  const later = performance.now() + 5 * 60_000 + 1;
  const clock = vi.spyOn(performance, 'now').mockReturnValue(later);
  try {
    expect(await figures()).toEqual({});
  } finally {
    clock.mockRestore();
  }
});

it('is not configured where the application may not read it', async () => {
  leave(10);
  await asPlatform('REVOKE SELECT ON platform.database_volume FROM app_rw');
  expect(await looked()).toBeUndefined();
  // Other processes are not left with what this one told of it last.
  await worker.get(ComponentStates).exchange();
  expect(
    await database.sql.query(`SELECT FROM app.component_states WHERE component = 'database-volume'`),
  ).toEqual([]);
  await asPlatform('GRANT SELECT ON platform.database_volume TO app_rw');
  expect(await looked()).toMatchObject({ status: 'up' });
});

it('is what the rules warn of from four fifths on, and page for from nine tenths on, until there is room', async () => {
  const filling = ruleNamed('DatabaseVolumeFilling');
  const almostFull = ruleNamed('DatabaseVolumeAlmostFull');
  let at = Date.parse('2026-11-27T00:00:00Z');
  const engine = testEngine(database.sql);
  const alerts = async (): Promise<object> => {
    const rows = await database.sql.query<{ rule: string; state: string; severity: string }>(
      `SELECT rule, state, severity FROM app.alerts WHERE rule LIKE 'DatabaseVolume%' ORDER BY rule`,
    );
    return Object.fromEntries(rows.map(({ rule, state, severity }) => [rule, `${state} ${severity}`]));
  };
  /** So much is left for so many minutes; the history is the real one, the time of the rules is set. */
  const pass = async (gib: number, minutes: number): Promise<object> => {
    leave(gib);
    await looked();
    // The series that a process records are looked up every few seconds.
    const isSeen = async (): Promise<boolean> => {
      await worker.get(MetricRecorder).record();
      const [seen] = await observed(filling);
      return Math.abs((seen?.value ?? 0) - (1 - gib / 20)) < 0.001;
    };
    await expect.poll(isSeen, { timeout: 30_000, interval: 500 }).toBe(true);
    for (let minute = 0; minute <= minutes; minute += 1, at += 60_000)
      for (const rule of [filling, almostFull]) await engine.evaluate(rule, await observed(rule), at);
    return alerts();
  };
  expect(await pass(4.1, 10)).toEqual({});
  expect(await pass(3.9, 4)).toEqual({ DatabaseVolumeFilling: 'pending warning' });
  expect(await pass(3.9, 1)).toEqual({ DatabaseVolumeFilling: 'firing warning' });
  expect(await pass(1.9, 6)).toEqual({
    DatabaseVolumeAlmostFull: 'firing critical',
    DatabaseVolumeFilling: 'firing warning',
  });
  // Between the bounds of its beginning and its end.
  expect(await pass(2.1, 10)).toMatchObject({ DatabaseVolumeAlmostFull: 'firing critical' });
  expect(await pass(3, 6)).toEqual({
    DatabaseVolumeAlmostFull: 'resolved critical',
    DatabaseVolumeFilling: 'firing warning',
  });
  expect(await pass(8, 6)).toEqual({
    DatabaseVolumeAlmostFull: 'resolved critical',
    DatabaseVolumeFilling: 'resolved warning',
  });
});
