import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cache, resources, silentLog } from '../kube/index.ts';
import { Controller } from './controller.ts';
import { NotLeaderError } from './errors.ts';
import { enqueueSelf } from './handlers.ts';
import { LeaderElector } from './leader-election.ts';
import { Manager, type ManagerOptions } from './manager.ts';
import { RuntimeMetrics } from './metrics.ts';
import { EventBroadcaster } from './recorder.ts';
import { signalHandler } from './signals.ts';
import { delay, startHarness, type Harness } from './testing/harness.ts';

const LEASES = 'apis/coordination.k8s.io/v1/leases';

let told: string[];
let stop: AbortController;

beforeEach(() => {
  told = [];
  stop = new AbortController();
});

/** A part that says when it begins and ends, and takes its time to end. */
function part(name: string, endMs = 0): { name: string; run(signal: AbortSignal): Promise<void> } {
  return {
    name,
    async run(signal) {
      told.push(`+${name}`);
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true });
      });
      await delay(endMs);
      told.push(`-${name}`);
    },
  };
}

function options(more: Partial<ManagerOptions> = {}): ManagerOptions {
  const cache = part('cache', 10);
  return {
    ...{ log: silentLog, metrics: new RuntimeMetrics(), healthPort: 0, metricsPort: 0, host: '127.0.0.1' },
    cache: {
      run: (signal) => cache.run(signal),
      waitForSync: async () => {
        await delay(20);
        told.push('synced');
        return true;
      },
      statuses: () => [{ resource: 'pods', synced: true, silentForMs: 0, objects: 0 }],
    },
    elector: {
      acquire: async () => void (await Promise.resolve(told.push('acquire'))),
      hold: (signal) => part('lease').run(signal),
      release: async () => void (await Promise.resolve(told.push('release'))),
    },
    recorder: part('recorder'),
    ...more,
  };
}

const started = async (): Promise<void> => {
  while (!told.includes('+controller')) await delay(2);
};

describe('the order', () => {
  it('of start and stop is that of controller-runtime', async () => {
    const manager = new Manager(options())
      .addController(part('controller', 20))
      .addLeaderRunnable(part('poller'))
      .addRunnable(part('standby', 10));
    const running = manager.run(stop.signal);
    await started();
    stop.abort();
    await running;
    expect(told).toEqual([
      ...['+cache', '+recorder', 'synced', '+standby', 'acquire', '+lease', '+controller', '+poller'],
      ...['-standby', '-poller', '-controller', '-cache', '-lease', 'release', '-recorder'],
    ]);
  });

  it('on a standby that never leads stops before the election ends, and starts no controller', async () => {
    const manager = new Manager(
      options({
        elector: {
          acquire: (signal) =>
            new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
            }),
          hold: () => Promise.resolve(),
          release: async () => void (await Promise.resolve(told.push('release'))),
        },
      }),
    ).addController(part('controller'));
    const running = manager.run(stop.signal);
    while (!told.includes('synced')) await delay(2);
    stop.abort();
    await running;
    expect(told).toEqual(['+cache', '+recorder', 'synced', '-cache', 'release', '-recorder']);
  });
});

describe('a failure', () => {
  it('of a part stops the others in order and is thrown', async () => {
    const manager = new Manager(options()).addController(part('controller')).addLeaderRunnable({
      name: 'poller',
      run: async () => {
        await delay(30);
        throw new Error('the poller broke');
      },
    });
    await expect(manager.run(stop.signal)).rejects.toThrow('the poller broke');
    expect(told.slice(-5)).toEqual(['-controller', '-cache', '-lease', 'release', '-recorder']);
  });

  it('is also a part that ends by itself', async () => {
    const manager = new Manager(options()).addController({
      name: 'controller',
      run: () => Promise.resolve(),
    });
    await expect(manager.run(stop.signal)).rejects.toThrow('controller ended by itself');
  });

  it('that is the loss of the lease waits for nothing, and releases nothing', async () => {
    const elector = {
      ...options().elector,
      acquire: () => Promise.resolve(),
      release: async () => void (await Promise.resolve(told.push('release'))),
    };
    const hold = async (): Promise<void> => {
      await delay(20);
      throw new NotLeaderError('lost');
    };
    const manager = new Manager(options({ elector: { ...elector, hold } })).addController(
      part('controller', 3_000),
    );
    const before = performance.now();
    await expect(manager.run(stop.signal)).rejects.toBeInstanceOf(NotLeaderError);
    expect(performance.now() - before).toBeLessThan(1_500);
    expect(told).not.toContain('release');
  });

  it('of the caches to fill says which kind is missing', async () => {
    const cache = {
      ...options().cache,
      waitForSync: () => Promise.resolve(false),
      statuses: () => [{ resource: 'jobs.batch', synced: false, silentForMs: 0, objects: 0 }],
    };
    await expect(new Manager(options({ cache, syncTimeoutMs: 50 })).run(stop.signal)).rejects.toThrow(
      'no first list of jobs.batch within 0.05 s',
    );
  });

  it('to end within the grace period keeps the lease', async () => {
    const manager = new Manager(options({ gracePeriodMs: 30 })).addController(part('controller', 200));
    const running = manager.run(stop.signal);
    await started();
    stop.abort();
    await expect(running).rejects.toThrow('within the grace period of 0.03 s');
    expect(told).not.toContain('release');
  });
});

describe('probes and metrics', () => {
  it('tell the state of the caches, of own checks and of the stop', async () => {
    let silentForMs = 0;
    const slow = Promise.withResolvers<boolean>();
    const cache = {
      ...options().cache,
      waitForSync: () => slow.promise,
      statuses: () => [{ resource: 'pods', synced: true, silentForMs, objects: 0 }],
    };
    const manager = new Manager(options({ cache, maxSilenceMs: 1_000 })).addController(
      part('controller', 300),
    );
    let database: string | undefined;
    manager.addReadinessCheck('database', () => database).addLivenessCheck('loop', () => undefined);
    const running = manager.run(stop.signal);
    while (manager.addresses.metrics === 0) await delay(2);
    const ask = async (path: string, port = manager.addresses.health): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
      return `${response.status} ${await response.text()}`;
    };
    expect(await ask('/healthz')).toBe('200 [+] ping\n[+] loop\nok\n');
    expect(await ask('/readyz')).toContain('503 [+] shutdown\n[-] caches: the first lists are not complete');
    slow.resolve(true);
    await started();
    expect(await ask('/readyz')).toBe('200 [+] shutdown\n[+] caches\n[+] database\nok\n');
    silentForMs = 2_000;
    expect(await ask('/readyz')).toContain('[-] caches: nothing was heard of pods for 2 s');
    silentForMs = 0;
    database = 'it is gone';
    expect(await ask('/readyz')).toContain('503 [+] shutdown\n[+] caches\n[-] database: it is gone');
    expect(await ask('/metrics', manager.addresses.metrics)).toContain(
      '# TYPE rest_client_requests_total counter',
    );
    expect(await ask('/metrics')).toContain('404');
    stop.abort();
    await delay(10);
    expect(await ask('/readyz')).toContain('503 [-] shutdown: the process is stopping');
    await running;
  });

  it('refuse a port that is taken', async () => {
    const first = new Manager(options()).addController(part('controller'));
    const running = first.run(stop.signal);
    await started();
    const second = new Manager(options({ healthPort: first.addresses.health }));
    await expect(second.run(stop.signal)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    stop.abort();
    await running;
  });
});

describe('signals', () => {
  it('stop the process once, and end it the second time', () => {
    const source = new EventEmitter();
    const codes: number[] = [];
    const signal = signalHandler(source as unknown as NodeJS.Process, (code) => void codes.push(code));
    source.emit('SIGTERM', 'SIGTERM');
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toMatchObject({ message: 'the process was asked to stop (SIGTERM)' });
    expect(codes).toEqual([]);
    source.emit('SIGINT', 'SIGINT');
    source.emit('SIGTERM', 'SIGTERM');
    expect(codes).toEqual([130, 143]);
  });
});

describe('the whole', () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await startHarness();
  });
  afterEach(() => harness.close());

  it('hands over on SIGTERM: the lease is free and the standby reconciles at once', async () => {
    harness.server.objects.create('api/v1/configmaps', 'a', { metadata: { name: 'x' } });
    const replica = (identity: string): { manager: Manager; stop: AbortController; run: Promise<void> } => {
      const { client } = harness;
      const metrics = new RuntimeMetrics();
      const cache = new Cache(client, { namespaces: ['a'] });
      const shared = { client, log: silentLog };
      const elector = new LeaderElector({
        ...shared,
        namespace: 'a',
        name: 'operator',
        identity,
        metrics,
        retryPeriodMs: 300,
      });
      const recorder = new EventBroadcaster({
        ...shared,
        reportingController: 'c',
        reportingInstance: identity,
      });
      const controller = new Controller({
        ...{ name: 'test', log: silentLog, metrics, isLeader: () => elector.isLeader() },
        reconcile: async ({ name }, { assertLeader, signal }) => {
          assertLeader();
          told.push(`${identity} ${name}`);
          const object = await cache.informer(resources.configMaps).get({ namespace: 'a', name }, signal);
          if (object)
            recorder.event(object, { type: 'Normal', reason: 'Seen', action: 'Look', note: 'seen' });
        },
      }).watch(cache.informer(resources.configMaps), enqueueSelf);
      const manager = new Manager({ ...options(), metrics, cache, elector, recorder }).addController(
        controller,
      );
      const ending = new AbortController();
      return { manager, stop: ending, run: manager.run(ending.signal) };
    };
    const first = replica('one');
    while (!told.includes('one x')) await delay(2);
    const second = replica('two');
    await delay(500);
    expect(told).toEqual(['one x']);
    const before = performance.now();
    first.stop.abort();
    await first.run;
    while (!told.includes('two x')) await delay(2);
    expect(performance.now() - before).toBeLessThan(2_500);
    second.stop.abort();
    await second.run;
    expect(harness.server.objects.get(LEASES, 'a/operator')['spec']).toMatchObject({
      holderIdentity: '',
      leaseTransitions: 1,
    });
    expect(harness.server.objects.all('apis/events.k8s.io/v1/events')).toHaveLength(2);
    expect(harness.server.openWatches).toBe(0);
  });
});
