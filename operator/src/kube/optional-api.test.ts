import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cache } from './cache.ts';
import { Client } from './client.ts';
import type { Informer } from './informer.ts';
import { silentLog } from './log.ts';
import { OptionalAPI } from './optional-api.ts';
import type { ResourceType } from './resources.ts';
import { sendJson } from './testing/answers.ts';
import { FakeApiServer } from './testing/fake-api-server.ts';
import { HttpTransport } from './transport.ts';
import type { KubeObject } from './types.ts';

const type = (plural: string, kind: string): ResourceType => ({
  ...{ group: 'example.dev', version: 'v1', plural, kind, namespaced: true },
});
const RULES = type('rules', 'Rule');
const MONITORS = type('monitors', 'Monitor');
const BOTH = ['rules', 'monitors'];
const rule = { apiVersion: 'example.dev/v1', kind: 'Rule', metadata: { name: 'a' } };

let server: FakeApiServer;
let transport: HttpTransport;
let cache: Cache;
let api: OptionalAPI;
let make: (pollMs: number) => OptionalAPI;
let stop: AbortController;
let caching: Promise<void>;
let informers: Informer[];
/** What discovery answers; undefined: 404, an Error: 500. */
let served: readonly string[] | Error | undefined;
let verbs: readonly string[];
let isForbidden: boolean;
let heard: string[];

beforeEach(async () => {
  server = await FakeApiServer.start();
  transport = new HttpTransport(server.config);
  const client = new Client(transport, { fieldManager: 'tester' });
  cache = new Cache(client);
  stop = new AbortController();
  [served, verbs, isForbidden, informers, heard] = [undefined, ['list', 'create'], false, [], []];
  server.script(({ path }, response) => {
    if (path === '/apis/example.dev/v1') {
      if (served === undefined) return false;
      if (served instanceof Error) sendJson(response, 500, { kind: 'Status', message: served.message });
      else sendJson(response, 200, { resources: served.map((name) => ({ name, verbs })) });
      return true;
    }
    if (!isForbidden || !path.includes('/namespaces/')) return false;
    sendJson(response, 403, { kind: 'Status', reason: 'Forbidden', message: 'no' });
    return true;
  });
  make = (pollMs) =>
    new OptionalAPI({
      ...{ client, cache, log: silentLog, namespaces: ['x'], informer: {}, pollMs },
      types: [RULES, MONITORS],
      onInformer: (informer) => {
        informers.push(informer);
        informer.addHandler({ onAdd: ({ metadata }: KubeObject) => heard.push(metadata.name) });
      },
    });
  api = make(10);
  caching = cache.run(stop.signal);
});

afterEach(async () => {
  stop.abort();
  await caching;
  await transport.close();
  await server.close();
});

const look = (): Promise<boolean> => api.check(stop.signal);

describe('an optional API', () => {
  it('is unknown until somebody could look', async () => {
    expect(api.state).toBe('unknown');
    served = new Error('overloaded');
    expect(await look()).toBe(false);
    expect(api.state).toBe('unknown');
    served = undefined;
    expect(await look()).toBe(true);
    expect(api.state).toBe('absent');
    expect(await look()).toBe(false);
    expect(informers).toEqual([]);
  });

  it('is there when all of its kinds are, with what they hold', async () => {
    served = ['rules', 'rules/status'];
    await look();
    expect(api.state).toBe('absent');
    server.objects.create('apis/example.dev/v1/rules', 'x', rule);
    served = BOTH;
    expect(await look()).toBe(true);
    expect(api.state).toBe('present');
    expect(informers.map((informer) => informer.type.plural)).toEqual(BOTH);
    expect(cache.find(RULES)?.peek({ namespace: 'x', name: 'a' })).toBeDefined();
    expect(heard).toEqual(['a']);
    expect(await look()).toBe(false);
    expect(informers).toHaveLength(2);
  });

  it('goes with everything, is no trouble meanwhile, and comes back with new informers', async () => {
    served = BOTH;
    await look();
    expect(cache.statuses()).toEqual([]);
    expect(await cache.waitForSync(stop.signal)).toBe(true);
    const watches = server.openWatches;
    served = undefined;
    expect(await look()).toBe(true);
    expect(api.state).toBe('absent');
    expect(cache.find(RULES)).toBeUndefined();
    served = BOTH;
    expect(await look()).toBe(true);
    expect(informers).toHaveLength(4);
    // The first two have ended: nobody watches twice.
    expect(server.openWatches).toBeLessThanOrEqual(watches + 2);
  });

  it('is gone when its kinds take nothing new, as while a finalizer holds up the end of a CRD', async () => {
    served = BOTH;
    await look();
    verbs = ['delete', 'deletecollection', 'get', 'list', 'watch'];
    expect(await look()).toBe(true);
    expect(api.state).toBe('absent');
    expect(cache.find(RULES)).toBeUndefined();
  });

  it('stays what it was while nobody answers', async () => {
    served = BOTH;
    await look();
    served = new Error('overloaded');
    expect(await look()).toBe(false);
    expect(api.state).toBe('present');
    expect(cache.find(RULES)).toBeDefined();
  });

  it('of which nothing may be listed is forbidden, until it may', async () => {
    [served, isForbidden] = [BOTH, true];
    await look();
    expect(api.state).toBe('forbidden');
    expect(informers).toEqual([]);
    isForbidden = false;
    expect(await look()).toBe(true);
    expect(api.state).toBe('present');
  });

  it('is looked at again and again, and each change is told once', async () => {
    const states: string[] = [];
    const running = api.run(stop.signal, () => states.push(api.state));
    await expect.poll(() => states, { timeout: 5000 }).toEqual(['absent']);
    served = BOTH;
    await expect.poll(() => states, { timeout: 5000 }).toEqual(['absent', 'present']);
    served = undefined;
    await expect.poll(() => states, { timeout: 5000 }).toEqual(['absent', 'present', 'absent']);
    stop.abort();
    await running;
    expect(states).toEqual(['absent', 'present', 'absent']);
  });

  it('of which nothing could be found out is looked at again soon, whatever the pause between two looks', async () => {
    served = new Error('overloaded');
    const patient = make(600_000);
    const running = patient.run(stop.signal, () => {});
    await expect.poll(() => server.requests.length, { timeout: 5000 }).toBeGreaterThan(0);
    expect(patient.state).toBe('unknown');
    served = BOTH;
    await expect.poll(() => patient.state, { timeout: 10_000 }).toBe('present');
    stop.abort();
    await running;
  });
});
