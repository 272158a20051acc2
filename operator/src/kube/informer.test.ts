import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Cache, type CacheOptions } from './cache.ts';
import { Client } from './client.ts';
import { silentLog } from './log.ts';
import type { InformerOptions } from './informer-options.ts';
import type { Informer } from './informer.ts';
import { resources } from './resources.ts';
import { FakeApiServer } from './testing/fake-api-server.ts';
import type { Json } from './testing/fake-objects.ts';
import { HttpTransport } from './transport.ts';
import type { ConfigMap, Manifest } from './types.ts';

const MAPS = 'api/v1/configmaps';
const signal = new AbortController().signal;
const ref = { namespace: 'a', name: 'x' };
const manifest = (name: string, metadata: Json = {}): Manifest & Json => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'a', ...metadata },
});

let server: FakeApiServer;
let transport: HttpTransport;
let client: Client;
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  server = await FakeApiServer.start();
  transport = new HttpTransport(server.config);
  client = new Client(transport, { fieldManager: 'tester' });
  stop = new AbortController();
  running = Promise.resolve();
});

afterEach(async () => {
  stop.abort();
  await running;
  await transport.close();
  await server.close();
});

function makeCache(options: CacheOptions = {}): Cache {
  const timings = { backoff: { baseMs: 5, maxMs: 10, resetMs: 60_000 }, shortWatchMs: 0 };
  return new Cache(client, { consistencyTimeoutMs: 5_000, timings, ...options });
}

async function started(
  options?: InformerOptions<ConfigMap>,
  cacheOptions?: CacheOptions,
): Promise<{ cache: Cache; informer: Informer<ConfigMap> }> {
  const cache = makeCache(cacheOptions);
  const informer = cache.informer(resources.configMaps, options);
  running = cache.run(stop.signal);
  expect(await cache.waitForSync(signal)).toBe(true);
  await until(() => expect(server.openWatches).toBeGreaterThan(0));
  return { cache, informer };
}

const until = (condition: () => void): Promise<void> => vi.waitFor(condition, { timeout: 3000, interval: 5 });
const create = (name: string, metadata: Json = {}, namespace = 'a'): void =>
  void server.objects.create(MAPS, namespace, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    data: { k: 'v' },
    metadata: { name, ...metadata },
  });
/** Watch events arrive, but only after this many milliseconds. */
function delayWatches(ms: number): void {
  const subscribe = server.objects.subscribe.bind(server.objects);
  vi.spyOn(server.objects, 'subscribe').mockImplementation((listener) =>
    subscribe((event) => void setTimeout(listener, ms, event)),
  );
}

describe('handlers', () => {
  it('get old and current objects, deletes with the last state, and know the initial list', async () => {
    create('x');
    const cache = makeCache();
    const informer = cache.informer(resources.configMaps);
    const seen: string[] = [];
    informer.addHandler({
      onAdd: (object, initial) => seen.push(`add ${object.metadata.name} ${initial}`),
      onUpdate: (old, current) =>
        seen.push(`update ${old.metadata.resourceVersion} ${current.metadata.resourceVersion}`),
      onDelete: (last) => seen.push(`delete ${last.metadata.name} ${last.metadata.resourceVersion}`),
    });
    running = cache.run(stop.signal);
    await cache.waitForSync(signal);
    create('y');
    server.objects.update(MAPS, 'a/x', (object) => ({ ...object, data: {} }));
    server.objects.delete(MAPS, 'a/x');
    await until(() => expect(seen).toEqual(['add x true', 'add y false', 'update 101 103', 'delete x 104']));
    const late: string[] = [];
    informer.addHandler({ onAdd: (object, initial) => late.push(`${object.metadata.name} ${initial}`) });
    expect(late).toEqual(['y true']);
  });

  it('that throw hurt nobody else', async () => {
    const failures: string[] = [];
    const metrics = {
      list() {},
      watch() {},
      relist() {},
      synced() {},
      handlerFailed: (name: string) => void failures.push(name),
    };
    const { informer } = await started(undefined, { metrics, log: silentLog });
    const seen: string[] = [];
    informer.addHandler({
      onAdd: () => {
        throw new Error('a bug');
      },
    });
    informer.addHandler({ onAdd: (object) => seen.push(object.metadata.name) });
    create('x');
    create('y');
    await until(() => expect(seen).toEqual(['x', 'y']));
    expect(failures).toEqual(['configmaps', 'configmaps']);
  });

  it('are told of a delete and an add when the name was taken over while nobody watched', async () => {
    create('x');
    const { informer } = await started();
    const seen: string[] = [];
    informer.addHandler({
      onAdd: () => seen.push('add'),
      onUpdate: () => seen.push('update'),
      onDelete: () => seen.push('delete'),
    });
    seen.length = 0;
    const remove = server.script((request, response) => {
      if (request.query.get('watch') !== 'true') return false;
      remove();
      server.objects.delete(MAPS, 'a/x');
      create('x');
      server.objects.compact();
      response.writeHead(200).end();
      return true;
    });
    server.endWatches();
    await until(() => expect(seen).toEqual(['delete', 'add']));
  });
});

describe('the store', () => {
  it('holds frozen objects without managedFields, transformed', async () => {
    create('x', { managedFields: [{ manager: 'm' }], labels: { a: '1' } });
    const { informer } = await started({ transform: (object) => ({ ...object, data: {} }) });
    const object = informer.peek(ref);
    expect(object).toMatchObject({ kind: 'ConfigMap', data: {} });
    expect(object?.metadata).not.toHaveProperty('managedFields');
    expect(() => Object.assign(object?.metadata.labels ?? {}, { a: '2' })).toThrow(TypeError);
  });

  it('finds objects by index, also after they moved', async () => {
    create('x', { labels: { app: 'one' } });
    create('y', { labels: { app: 'two' } });
    const { informer } = await started({
      indexers: { app: (object) => [object.metadata.labels?.['app'] ?? ''] },
    });
    const named = async (value: string): Promise<string[]> =>
      (await informer.byIndex('app', value, signal)).map((object) => object.metadata.name);
    expect(await named('one')).toEqual(['x']);
    server.objects.update(MAPS, 'a/x', (object) => ({
      ...object,
      metadata: { ...object.metadata, labels: { app: 'two' } },
    }));
    await until(() => expect(informer.peek(ref)?.metadata.labels).toEqual({ app: 'two' }));
    expect(await named('one')).toEqual([]);
    expect(await named('two')).toHaveLength(2);
    await expect(informer.byIndex('none', '', signal)).rejects.toThrow('there is no index none');
  });

  it('is filled from each namespace that is watched, and from no other', async () => {
    for (const namespace of ['a', 'b', 'c']) create('x', {}, namespace);
    const { informer } = await started(undefined, { namespaces: ['a', 'b'] });
    expect(informer.peekAll().map((object) => object.metadata.namespace)).toEqual(['a', 'b']);
    expect(informer.peekAll('b')).toHaveLength(1);
    // Outside of what is watched the API server answers.
    expect(await informer.get({ namespace: 'c', name: 'x' }, signal)).toMatchObject({
      metadata: { namespace: 'c' },
    });
    expect(server.requests.every((request) => request.path !== '/api/v1/configmaps')).toBe(true);
  });

  it('hands out the same informer for a kind, and refuses new options for it', async () => {
    const { cache, informer } = await started();
    expect(cache.informer(resources.configMaps)).toBe(informer);
    expect(() => cache.informer(resources.configMaps, { metadataOnly: true })).toThrow('exists already');
    const late = cache.informer(resources.secrets, { metadataOnly: true });
    await late.synced;
    expect(cache.statuses()).toMatchObject([
      { resource: 'configmaps', synced: true, objects: 0 },
      { resource: 'secrets', synced: true },
    ]);
  });

  it('stops waiting for its first list with the signal', async () => {
    server.script(() => true);
    const cache = makeCache();
    cache.informer(resources.configMaps);
    running = cache.run(stop.signal);
    const waiting = new AbortController();
    setTimeout(() => waiting.abort(), 20);
    expect(await cache.waitForSync(waiting.signal)).toBe(false);
  });
});

describe('own writes', () => {
  it('are waited for by reads of the object, not by reads of others', async () => {
    create('other');
    delayWatches(250);
    const { informer } = await started(undefined, { consistencyTimeoutMs: 5_000 });
    await client.apply(resources.configMaps, manifest('x'), {}, signal);
    expect(informer.peek(ref)).toBeUndefined();
    const before = performance.now();
    expect(await informer.get({ namespace: 'a', name: 'other' }, signal)).toBeDefined();
    expect(performance.now() - before).toBeLessThan(200);
    expect((await informer.get(ref, signal))?.metadata.name).toBe('x');
    expect(informer.peek(ref)).toBeDefined();
  });

  it('are waited for by lists', async () => {
    delayWatches(60);
    const { informer } = await started();
    await client.create(resources.configMaps, manifest('x'), {}, signal);
    expect(await informer.list({ namespace: 'a' }, signal)).toHaveLength(1);
    const { uid } = (await informer.get(ref, signal))?.metadata ?? {};
    await client.delete(resources.configMaps, ref, { uid }, signal);
    expect(informer.peek(ref)).toBeDefined();
    expect(await informer.list({}, signal)).toEqual([]);
  });

  it('end in a live read when the watch is late; later reads do not wait again', async () => {
    delayWatches(1_000);
    const { informer } = await started(undefined, { consistencyTimeoutMs: 300 });
    await client.create(resources.configMaps, manifest('x'), {}, signal);
    expect(await informer.get(ref, signal)).toMatchObject({ metadata: { name: 'x' } });
    const again = performance.now();
    expect(await informer.get(ref, signal)).toMatchObject({ metadata: { name: 'x' } });
    expect(await informer.list({}, signal)).toHaveLength(1);
    expect(performance.now() - again).toBeLessThan(290);
    expect(informer.peek(ref)).toBeUndefined();
    await until(() => expect(informer.peek(ref)).toBeDefined());
    server.requests.length = 0;
    expect(await informer.get(ref, signal)).toBeDefined();
    expect(server.requests).toEqual([]);
  });

  it('that are long in coming concern only who reads what they were filed under', async () => {
    create('other', { labels: { of: 'b' } });
    delayWatches(1_000);
    const { informer } = await started(
      { indexers: { of: (map) => [map.metadata.labels?.['of'] ?? ''] } },
      { consistencyTimeoutMs: 100 },
    );
    await client.create(resources.configMaps, manifest('x', { labels: { of: 'a' } }), {}, signal);
    expect(await informer.byIndex('of', 'a', signal)).toHaveLength(1);
    server.requests.length = 0;
    const before = performance.now();
    expect(await informer.byIndex('of', 'b', signal)).toHaveLength(1);
    expect(server.requests).toEqual([]);
    expect(performance.now() - before).toBeLessThan(90);
    // A write that takes it away from b, and the reader of b is told.
    await client.mergePatch(
      resources.configMaps,
      { namespace: 'a', name: 'other' },
      { metadata: { labels: { of: 'c' } } },
      {},
      signal,
    );
    expect(await informer.byIndex('of', 'b', signal)).toEqual([]);
    expect(await informer.byIndex('of', 'c', signal)).toHaveLength(1);
  });

  it('that were deletes are seen as soon as the object is known to be going', async () => {
    create('x', { finalizers: ['example.org/hold'] });
    delayWatches(60);
    const { informer } = await started();
    await client.delete(resources.configMaps, ref, {}, signal);
    expect((await informer.get(ref, signal))?.metadata.deletionTimestamp).toBeDefined();
    await client.mergePatch(resources.configMaps, ref, { metadata: { finalizers: null } }, {}, signal);
    await until(() => expect(informer.peek(ref)).toBeUndefined());
  });

  it('of a name that is made, deleted and made again wait for the last one', async () => {
    delayWatches(60);
    const { informer } = await started();
    await client.create(resources.configMaps, manifest('x'), {}, signal);
    await client.delete(resources.configMaps, ref, {}, signal);
    expect(await informer.get(ref, signal)).toBeUndefined();
    const { metadata } = await client.create(resources.configMaps, manifest('x'), {}, signal);
    expect((await informer.get(ref, signal))?.metadata.uid).toBe(metadata.uid);
  });

  it('are passed when the watch is past them, though the object is not selected', async () => {
    const { informer } = await started({ labelSelector: 'app=one' });
    await client.create(resources.configMaps, manifest('x'), {}, signal);
    server.bookmark();
    server.requests.length = 0;
    expect(await informer.get(ref, signal)).toBeUndefined();
    expect(server.requests).toEqual([]);
  });

  it('before the first list are read live', async () => {
    create('x');
    const cache = makeCache();
    expect(await cache.informer(resources.configMaps).get(ref, signal)).toMatchObject({
      metadata: { name: 'x' },
    });
  });
});
