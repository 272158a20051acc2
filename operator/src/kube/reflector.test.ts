import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';
import type { Log } from './log.ts';
import { silentLog } from './log.ts';
import { Reflector, type ReflectorOptions, type ReflectorTimings } from './reflector.ts';
import { resources } from './resources.ts';
import { sendStatus } from './testing/answers.ts';
import { FakeApiServer, type RecordedRequest } from './testing/fake-api-server.ts';
import type { Json } from './testing/fake-objects.ts';
import { HttpTransport } from './transport.ts';
import type { KubeObject } from './types.ts';

const PODS = 'api/v1/pods';
const pod = (name: string, extra: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...extra },
});
const fast: Partial<ReflectorTimings> = {
  backoff: { baseMs: 10, maxMs: 40, resetMs: 120_000 },
  idleMs: 250,
  shortWatchMs: 1,
};

let server: FakeApiServer;
let transport: HttpTransport;
let stop: AbortController;
let running: Promise<void>;
/** What the reflector has told its sink, and what it would hold. */
let state: Map<string, KubeObject>;
let told: string[];

beforeEach(async () => {
  server = await FakeApiServer.start();
  transport = new HttpTransport(server.config);
  stop = new AbortController();
  state = new Map();
  told = [];
  running = Promise.resolve();
});

afterEach(async () => {
  stop.abort();
  await running;
  await transport.close();
  await server.close();
});

function start(
  timings: Partial<ReflectorTimings> = {},
  more: Partial<ReflectorOptions<KubeObject>> = {},
): Reflector<KubeObject> {
  const reflector = new Reflector<KubeObject>({
    ...{
      transport,
      type: resources.pods,
      namespace: 'a',
      clock: systemClock,
      random: () => 0.5,
      log: silentLog,
    },
    timings: { ...fast, ...timings },
    sink: {
      replace(items) {
        told.push(`replace ${items.map((item) => item.metadata.name).join(' ')}`.trim());
        state = new Map(items.map((item) => [item.metadata.name, item]));
      },
      put(object) {
        told.push(`put ${object.metadata.name}`);
        state.set(object.metadata.name, object);
      },
      remove(object) {
        told.push(`remove ${object.metadata.name}`);
        state.delete(object.metadata.name);
      },
      progress() {},
    },
    ...more,
  });
  running = reflector.run(stop.signal);
  return reflector;
}

const isWatch = (request: RecordedRequest): boolean => request.query.get('watch') === 'true';
const isList = (request: RecordedRequest): boolean => request.query.has('limit');
const watches = (): RecordedRequest[] => server.requests.filter(isWatch);
const lists = (): RecordedRequest[] => server.requests.filter(isList);
const until = (condition: () => void): Promise<void> => vi.waitFor(condition, { timeout: 3000, interval: 5 });
const connected = (times = 1): Promise<void> =>
  until(() => {
    expect(watches().length).toBeGreaterThanOrEqual(times);
    expect(server.openWatches).toBe(1);
  });
const create = (name: string): void => void server.objects.create(PODS, 'a', pod(name));

describe('list and watch', () => {
  it('lists the newest version first, then watches from that list with bookmarks and a random time-out', async () => {
    create('x');
    const reflector = start({}, { labelSelector: undefined, fieldSelector: 'spec.nodeName=n' });
    expect(reflector.hasSynced).toBe(false);
    await connected();
    expect(lists()[0]?.query.get('resourceVersion')).toBe('');
    expect(Object.fromEntries(watches()[0]?.query ?? [])).toEqual({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: '101',
      timeoutSeconds: '450',
      fieldSelector: 'spec.nodeName=n',
    });
    create('y');
    server.objects.delete(PODS, 'a/x');
    await until(() => expect(told).toEqual(['replace x', 'put y', 'remove x']));
    expect(reflector.hasSynced).toBe(true);
    expect(state.get('y')).toMatchObject({ apiVersion: 'v1', kind: 'Pod' });
  });

  it('resumes where it was when the server ends a watch, without a list and without a pause', async () => {
    start({ backoff: { baseMs: 5000, maxMs: 5000, resetMs: 1 } });
    await connected();
    create('x');
    await until(() => expect(told).toContain('put x'));
    server.endWatches();
    await connected(2);
    create('y');
    await until(() => expect(told).toContain('put y'));
    expect(lists()).toHaveLength(1);
    expect(watches()[1]?.query.get('resourceVersion')).toBe('101');
  });

  it('takes from a bookmark the version and nothing else', async () => {
    start();
    await connected();
    server.objects.create('api/v1/services', 'a', pod('elsewhere'));
    server.bookmark();
    server.endWatches();
    await connected(2);
    expect(watches()[1]?.query.get('resourceVersion')).toBe('101');
    expect(told).toEqual(['replace']);
  });

  it('asks for metadata only when told', async () => {
    start({}, { metadataOnly: true });
    await connected();
    expect(lists()[0]?.headers.accept).toContain('as=PartialObjectMetadataList');
    expect(watches()[0]?.headers.accept).toBe(
      'application/json;g=meta.k8s.io;v=v1;as=PartialObjectMetadata,application/json',
    );
  });

  it('counts a watch that ends at once without an event as a failure', async () => {
    server.script((request, response) => {
      if (!isWatch(request)) return false;
      response.writeHead(200).end();
      return true;
    });
    start({ shortWatchMs: 1000, backoff: { baseMs: 60, maxMs: 60, resetMs: 120_000 } });
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    expect(watches().length).toBeLessThanOrEqual(4);
  });
});

describe('an expired version', () => {
  it.each(['by status', 'in the stream'])(
    '(%s) leads to a list that finds what was deleted meanwhile',
    async (how) => {
      create('gone');
      create('stays');
      start();
      await connected();
      let cut = false;
      server.script((request, response) => {
        if (!cut || !isWatch(request)) return false;
        cut = false;
        if (how === 'by status') sendStatus(response, 410, 'Expired');
        else
          response
            .writeHead(200)
            .end(
              '{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}\n',
            );
        return true;
      });
      cut = true;
      // While nobody watches: one object is deleted, one is made.
      const silence = server.script((request, response) => {
        if (!isList(request)) return false;
        silence();
        server.objects.delete(PODS, 'a/gone');
        create('new');
        void response;
        return false;
      });
      server.endWatches();
      await until(() => expect([...state.keys()]).toEqual(['stays', 'new']));
      expect(lists()[1]?.query.get('resourceVersion')).toBe('102');
      expect(told).toEqual(['replace gone stays', 'replace stays new']);
    },
  );

  it('of the list itself leads to a list of the newest, at once', async () => {
    create('x');
    start();
    await connected();
    server.once(isWatch, (_request, response) => sendStatus(response, 410, 'Expired'));
    server.once(isList, (_request, response) => sendStatus(response, 410, 'Expired'));
    server.endWatches();
    await connected(3);
    expect(lists().map(({ query }) => query.get('resourceVersion'))).toEqual(['', '101', '']);
  });

  it('is followed by a list of the newest when the server has only an older one', async () => {
    create('x');
    start();
    await connected();
    const older = { apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion: '100' }, items: [] };
    server.once(isWatch, (_request, response) => sendStatus(response, 410, 'Expired'));
    server.once(isList, (_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(older)),
    );
    server.endWatches();
    await connected(3);
    expect(told).toEqual(['replace x', 'replace x']);
    expect(lists().map(({ query }) => query.get('resourceVersion'))).toEqual(['', '101', '']);
  });

  it('never ends in a hot loop', async () => {
    server.script((request, response) => {
      if (!isWatch(request)) return false;
      sendStatus(response, 410, 'Expired');
      return true;
    });
    start({ backoff: { baseMs: 60, maxMs: 60, resetMs: 120_000 } });
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    expect(lists().length).toBeLessThanOrEqual(4);
  });

  it('that is ahead of the server leads to a list of the newest', async () => {
    start();
    await connected();
    server.once(isWatch, (_request, response) =>
      sendStatus(
        response,
        504,
        'Timeout',
        {},
        { details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } },
      ),
    );
    server.endWatches();
    await connected(3);
    expect(lists()[1]?.query.get('resourceVersion')).toBe('');
  });
});

describe('a broken stream', () => {
  const harms: readonly (readonly [string, () => void])[] = [
    [
      'half a line, then the end',
      () => {
        server.inject('{"type":"MODIFIED","object":{"metadata":{"na');
        server.endWatches();
      },
    ],
    ['a reset of the connection', () => server.resetConnections()],
    ['a line that is not JSON', () => server.inject('<html>\n')],
    [
      'an ERROR event that is no expiry',
      () =>
        server.inject('{"type":"ERROR","object":{"kind":"Status","code":500,"reason":"InternalError"}}\n'),
    ],
  ];

  it.each(harms)('(%s) loses no event, repeats none and needs no list', async (_name, harm) => {
    start();
    await connected();
    create('before');
    await until(() => expect(told).toContain('put before'));
    harm();
    await connected(2);
    create('after');
    await until(() => expect([...state.keys()]).toEqual(['before', 'after']));
    expect(lists()).toHaveLength(1);
    expect(told.filter((entry) => entry === 'put before')).toHaveLength(1);
  });
});

describe('a silent stream', () => {
  it('is given up after the idle time; a list finds what it has hidden', async () => {
    const hush = server.script((request, response) => {
      if (!isWatch(request)) return false;
      hush();
      response.writeHead(200).flushHeaders();
      return true;
    });
    start();
    await until(() => expect(watches()).toHaveLength(1));
    create('hidden');
    await until(() => expect(told).toEqual(['replace', 'replace hidden']));
    expect(lists()[1]?.query.get('resourceVersion')).toBe('100');
    await connected(2);
  });

  it('is not one with bookmarks in it', async () => {
    start();
    await connected();
    for (let beat = 0; beat < 10; beat += 1) {
      server.bookmark();
      await new Promise((resolve) => {
        setTimeout(resolve, 40);
      });
    }
    expect(watches()).toHaveLength(1);
  });
});

describe('a server in trouble', () => {
  it('is asked again until it answers, not before the Retry-After', async () => {
    create('x');
    start();
    await connected();
    server.once(isWatch, (_request, response) =>
      sendStatus(response, 429, 'TooManyRequests', { 'retry-after': '0.25' }),
    );
    server.endWatches();
    await until(() => expect(watches()).toHaveLength(2));
    const refused = performance.now();
    await until(() => expect(watches()).toHaveLength(3));
    expect(performance.now() - refused).toBeGreaterThanOrEqual(230);
    expect(lists()).toHaveLength(1);
  });

  it('may refuse the first lists in any way', async () => {
    create('x');
    const codes = [401, 403, 404, 429, 500, 503, 504];
    server.script((request, response) => {
      const code = isList(request) ? codes.shift() : undefined;
      if (code === undefined) return false;
      sendStatus(response, code, 'Scripted');
      return true;
    });
    const warnings: string[] = [];
    const log: Log = { ...silentLog, warn: (_fields, message) => void warnings.push(message) };
    start({}, { log });
    await connected();
    expect(told).toEqual(['replace x']);
    expect(warnings).toHaveLength(7);
    expect(warnings[0]).toBe('pods: the list failed, next is a list');
  });

  it('lists again when the watch itself is refused, or keeps failing', async () => {
    start();
    await connected();
    let refusals = 1;
    server.script((request, response) => {
      if (!isWatch(request) || refusals === 0) return false;
      refusals -= 1;
      sendStatus(response, refusals === 0 ? 403 : 500, 'Scripted');
      return true;
    });
    server.endWatches();
    await until(() => expect(lists()).toHaveLength(2));
    refusals = 8;
    server.endWatches();
    await until(() => expect(lists().length).toBeGreaterThanOrEqual(3));
    await connected();
  });

  it('tells for how long nothing was heard', async () => {
    const reflector = start();
    expect(reflector.silentForMs).toBe(Number.POSITIVE_INFINITY);
    await connected();
    expect(reflector.silentForMs).toBeLessThan(1000);
  });
});

describe('the end', () => {
  it('comes at once with the signal, from any state, and nothing is told afterwards', async () => {
    start();
    await connected();
    stop.abort();
    await running;
    create('late');
    expect(told).toEqual(['replace']);
    await until(() => expect(server.openWatches).toBe(0));
  });

  it('comes during a pause', async () => {
    server.script((_request, response) => {
      sendStatus(response, 500, 'InternalError');
      return true;
    });
    start({ backoff: { baseMs: 60_000, maxMs: 60_000, resetMs: 1 } });
    await until(() => expect(server.requests).toHaveLength(1));
    stop.abort();
    await running;
  });
});
