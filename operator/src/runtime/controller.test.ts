import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, Cache, resources, silentLog, type Log } from '../kube/index.ts';
import { Controller, type ControllerOptions } from './controller.ts';
import { NotLeaderError, TerminalError } from './errors.ts';
import { enqueueLabel, enqueueSelf } from './handlers.ts';
import { RuntimeMetrics } from './metrics.ts';
import { primaryChanged } from './predicates.ts';
import type { Reconcile } from './reconcile.ts';
import { delay, startHarness, type Harness } from './testing/harness.ts';
import { ItemExponentialLimiter } from './workqueue/limiters.ts';

const x = { namespace: 'a', name: 'x' };
const until = (condition: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(condition, { timeout: 3000, interval: 5 });

let stop: AbortController;
let metrics: RuntimeMetrics;
let running: Promise<void>;

beforeEach(() => {
  stop = new AbortController();
  metrics = new RuntimeMetrics();
  running = Promise.resolve();
});

afterEach(async () => {
  stop.abort();
  await running.catch(() => undefined);
});

function start(reconcile: Reconcile, options: Partial<ControllerOptions> = {}): Controller {
  const limiter = new ItemExponentialLimiter({ baseMs: 10, maxMs: 80 });
  const controller = new Controller({
    name: 'test',
    reconcile,
    log: silentLog,
    metrics,
    limiter,
    ...options,
  });
  running = controller.run(stop.signal);
  return controller;
}

async function metric(line: string): Promise<string | undefined> {
  const { body } = await metrics.expose();
  return String(body)
    .split('\n')
    .find((each) => each.startsWith(`${line} `))
    ?.slice(line.length + 1);
}

describe('a controller that does not run yet', () => {
  it('keeps no keys: a standby that leads much later begins with all it watches', async () => {
    const seen: string[] = [];
    const controller = new Controller({
      ...{ name: 'test', log: silentLog, metrics },
      reconcile: async ({ name }) => void seen.push(await Promise.resolve(name)),
    });
    for (const name of ['p', 'q', 'r']) controller.enqueue({ namespace: 'a', name });
    expect(await metric('workqueue_depth{name="test",controller="test",priority="0"}')).toBe('0');
    running = controller.run(stop.signal);
    controller.enqueue(x);
    await until(() => expect(seen).toEqual(['x']));
  });
});

describe('a reconcile', () => {
  it('that throws is tried again with growing delays, and forgotten on success', async () => {
    const at: number[] = [];
    const controller = start(async () => {
      at.push(performance.now());
      if (at.length <= 3) throw new Error('not yet');
      await Promise.resolve();
    });
    controller.enqueue(x);
    await until(() => expect(at).toHaveLength(4));
    const gaps = at.slice(1).map((each, index) => each - (at[index] ?? 0));
    expect(gaps[0]).toBeGreaterThanOrEqual(9);
    expect(gaps[1]).toBeGreaterThanOrEqual(19);
    expect(gaps[2]).toBeGreaterThanOrEqual(39);
    expect(await metric('controller_runtime_reconcile_total{controller="test",result="error"}')).toBe('3');
    expect(await metric('controller_runtime_reconcile_errors_total{controller="test"}')).toBe('3');
    await until(async () =>
      expect(await metric('controller_runtime_reconcile_total{controller="test",result="success"}')).toBe(
        '1',
      ),
    );
  });

  it('that throws a TerminalError waits for the next event', async () => {
    let runs = 0;
    const controller = start(async () => {
      runs += 1;
      throw await Promise.resolve(new TerminalError('spec.x is wrong'));
    });
    controller.enqueue(x);
    await delay(60);
    expect(runs).toBe(1);
    controller.enqueue(x);
    await until(() => expect(runs).toBe(2));
    expect(await metric('controller_runtime_terminal_reconcile_errors_total{controller="test"}')).toBe('2');
  });

  it('can ask for its next visit, which forgets its failures', async () => {
    const at: number[] = [];
    const controller = start(async () => {
      at.push(performance.now());
      return at.length === 1 ? await Promise.resolve({ requeueAfterMs: 50 }) : undefined;
    });
    controller.enqueue(x);
    await until(() => expect(at).toHaveLength(2));
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(49);
    expect(await metric('controller_runtime_reconcile_total{controller="test",result="requeue_after"}')).toBe(
      '1',
    );
  });

  it('is not tried again before the Retry-After of the API server', async () => {
    const at: number[] = [];
    const busy = new ApiError({
      status: 429,
      reason: 'TooManyRequests',
      serverMessage: '',
      request: 'GET /',
      retryAfterMs: 120,
    });
    const controller = start(async () => {
      at.push(performance.now());
      if (at.length === 1) throw await Promise.resolve(busy);
    });
    controller.enqueue(x);
    await until(() => expect(at).toHaveLength(2));
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(119);
  });

  it('that runs out of time is aborted, but holds its key until it really ends', async () => {
    let inside = 0;
    let most = 0;
    let aborted = 0;
    const controller = start(
      async (_request, { signal }) => {
        inside += 1;
        most = Math.max(most, inside);
        await delay(80);
        aborted += signal.aborted ? 1 : 0;
        inside -= 1;
        signal.throwIfAborted();
      },
      { reconcileTimeoutMs: 20, maxConcurrentReconciles: 3 },
    );
    controller.enqueue(x);
    await delay(50);
    controller.enqueue(x);
    await until(() => expect(aborted).toBeGreaterThanOrEqual(2));
    expect(most).toBe(1);
    expect(
      Number(await metric('controller_runtime_reconcile_timeouts_total{controller="test"}')),
    ).toBeGreaterThanOrEqual(1);
  });

  it('that hits a bug counts as a panic and hurts nobody else', async () => {
    const seen: string[] = [];
    const controller = start(async ({ name }) => {
      await Promise.resolve();
      if (name === 'bug') (undefined as unknown as { member(): void }).member();
      seen.push(name);
    });
    controller.enqueue({ namespace: 'a', name: 'bug' });
    controller.enqueue(x);
    await until(() => expect(seen).toEqual(['x']));
    expect(await metric('controller_runtime_reconcile_panics_total{controller="test"}')).not.toBe('0');
  });

  it('is refused its writes when this process does not lead, without noise', async () => {
    let leads = false;
    const errors: string[] = [];
    const log: Log = { ...silentLog, error: (_fields, message) => void errors.push(message) };
    const outcomes: string[] = [];
    const controller = start(
      async (_request, { assertLeader }) => {
        await Promise.resolve();
        try {
          assertLeader();
          outcomes.push('written');
        } catch (error) {
          outcomes.push(error instanceof NotLeaderError ? 'refused' : 'other');
          leads = true;
          throw error;
        }
      },
      { isLeader: () => leads, log },
    );
    controller.enqueue(x);
    await until(() => expect(outcomes).toEqual(['refused', 'written']));
    expect(errors).toEqual([]);
  });

  it('logs with its own id', async () => {
    const lines: object[] = [];
    const log: Log = { ...silentLog, info: (fields) => void lines.push(fields) };
    const controller = start(
      async (_request, context) => {
        await Promise.resolve();
        context.log.info({ extra: 1 }, 'here');
        lines.push({ id: context.reconcileID });
      },
      { log },
    );
    controller.enqueue(x);
    await until(() => expect(lines).toHaveLength(2));
    const { id } = lines[1] as { id: string };
    expect(lines[0]).toEqual({ controller: 'test', namespace: 'a', name: 'x', reconcileID: id, extra: 1 });
  });
});

describe('a stop', () => {
  it('aborts running reconciles, waits for them, and leaves the rest of the queue alone', async () => {
    const seen: string[] = [];
    const controller = start(async ({ name }, { signal }) => {
      seen.push(`start ${name}`);
      await delay(40);
      seen.push(`end ${name} ${signal.aborted}`);
      signal.throwIfAborted();
    });
    for (const name of ['x', 'y', 'z']) controller.enqueue({ namespace: 'a', name });
    await delay(10);
    stop.abort();
    await running;
    expect(seen).toEqual(['start x', 'end x true']);
    expect(await metric('controller_runtime_reconcile_errors_total{controller="test"}')).toBe('0');
  });
});

describe('with a cache', () => {
  let harness: Harness;
  let cache: Cache;
  let caching: Promise<void>;
  let seen: string[];
  const reconcile: Reconcile = async ({ namespace, name }) =>
    void (await Promise.resolve(seen.push(`${namespace}/${name}`)));

  beforeEach(async () => {
    harness = await startHarness();
    cache = new Cache(harness.client);
    caching = Promise.resolve();
    seen = [];
  });

  afterEach(async () => {
    stop.abort();
    await caching;
    await harness.close();
  });

  it('maps events of the primary and of labelled objects to requests', async () => {
    const { objects } = harness.server;
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' } };
    objects.create('apis/apps/v1/deployments', 'a', deployment);
    const controller = new Controller({ name: 'test', reconcile, log: silentLog, metrics })
      .watch(cache.informer(resources.deployments), enqueueSelf, primaryChanged)
      .watch(cache.informer(resources.persistentVolumeClaims), enqueueLabel('app'));
    caching = cache.run(stop.signal);
    running = controller.run(stop.signal);
    await until(() => expect(seen).toEqual(['a/x']));
    await until(() => expect(harness.server.openWatches).toBe(2));
    objects.create('api/v1/persistentvolumeclaims', 'a', {
      metadata: { name: 'data', labels: { app: 'kept' } },
    });
    await until(() => expect(seen).toEqual(['a/x', 'a/kept']));
    // A child that changes hands concerns both.
    objects.update('api/v1/persistentvolumeclaims', 'a/data', (object) => ({
      ...object,
      metadata: { ...object.metadata, labels: { app: 'new' } },
    }));
    await until(() => expect(seen.slice(2)).toEqual(['a/kept', 'a/new']));
    // Status alone is no news of the primary.
    objects.update('apis/apps/v1/deployments', 'a/x', (object) => ({ ...object, status: { replicas: 1 } }));
    objects.update('apis/apps/v1/deployments', 'a/x', (object) => ({
      ...object,
      metadata: { ...object.metadata, annotations: { a: '1' } },
    }));
    await until(() => expect(seen.slice(4)).toEqual(['a/x']));
    objects.delete('apis/apps/v1/deployments', 'a/x');
    await until(() => expect(seen.slice(5)).toEqual(['a/x']));
  });

  it('says which list is missing when it never comes', async () => {
    harness.server.script((request, response) => {
      if (!request.path.endsWith('/jobs')) return false;
      response.writeHead(403).end('{}');
      return true;
    });
    const controller = new Controller({
      name: 'test',
      reconcile,
      log: silentLog,
      metrics,
      syncTimeoutMs: 100,
    })
      .watch(cache.informer(resources.deployments), enqueueSelf)
      .watch(cache.informer(resources.jobs), enqueueSelf);
    caching = cache.run(stop.signal);
    await cache.informer(resources.deployments).synced;
    await expect(controller.run(stop.signal)).rejects.toThrow('no first list of jobs within 0.1 s');
    expect(() => controller.watch(cache.informer(resources.jobs), enqueueSelf)).toThrow(
      'watch jobs before run',
    );
  });
});

describe('metrics', () => {
  it('exist at zero before anything happens', async () => {
    start(async () => undefined, { maxConcurrentReconciles: 4 });
    for (const result of ['success', 'error', 'requeue', 'requeue_after']) {
      expect(await metric(`controller_runtime_reconcile_total{controller="test",result="${result}"}`)).toBe(
        '0',
      );
    }
    expect(await metric('controller_runtime_max_concurrent_reconciles{controller="test"}')).toBe('4');
    expect(await metric('controller_runtime_active_workers{controller="test"}')).toBe('0');
    expect(await metric('workqueue_depth{name="test",controller="test",priority="-100"}')).toBe('0');
    expect(await metric('workqueue_adds_total{name="test",controller="test"}')).toBe('0');
    expect(await metric('workqueue_unfinished_work_seconds{name="test",controller="test"}')).toBe('0');
    expect(await metric('controller_runtime_reconcile_time_seconds_count{controller="test"}')).toBe('0');
  });
});
