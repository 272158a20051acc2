import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StockAnalysis } from '../../api/index.ts';
import { Cache, keyOf } from '../../kube/index.ts';
import { LABEL, MANAGED_BY } from '../../naming/index.ts';
import { startHarness, until, type Harness } from '../../runtime/testing/harness.ts';
import { ExternalSecrets, externalSecretKeys } from './external-secrets.ts';

const SECRETS = 'api/v1/secrets';
const forever = new AbortController().signal;
const ref = { namespace: 'a', name: 'elsewhere' };
const key = keyOf(ref);

let harness: Harness;
let stop: AbortController;
let running: Promise<void>;
let secrets: ExternalSecrets;
let changes: string[];

beforeEach(async () => {
  harness = await startHarness();
  stop = new AbortController();
  const cache = new Cache(harness.client, { namespaces: ['a'] });
  running = cache.run(stop.signal);
  secrets = new ExternalSecrets(harness.client, cache);
  changes = [];
  secrets.onChange((changed) => changes.push(keyOf(changed)));
});

afterEach(async () => {
  stop.abort();
  await running;
  await harness.close();
});

const create = (name: string, value: string, labels = {}): unknown =>
  harness.server.objects.create(SECRETS, 'a', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, labels },
    data: { password: value },
  });

const change = (value: string): unknown =>
  harness.server.objects.update(SECRETS, key, (secret) => ({ ...secret, data: { password: value } }));

const reads = (): number =>
  harness.server.requests.filter(({ method, path }) => method === 'GET' && path.endsWith('/elsewhere'))
    .length;

const password = async (): Promise<string | undefined> =>
  (await secrets.read(ref, forever))?.data?.['password'];

describe('the Secret of an external database', () => {
  it('is read once for each of its versions', async () => {
    create('elsewhere', 'one');
    for (const _ of [1, 2, 3]) expect(await password()).toBe('one');
    expect(reads()).toBe(1);
    change('two');
    await until(() => changes.length > 0);
    expect(await password()).toBe('two');
    expect(await password()).toBe('two');
    expect([reads(), changes]).toEqual([2, [key]]);
  });

  it('that is absent is asked for, and its creation and deletion are told', async () => {
    expect(await password()).toBeUndefined();
    create('elsewhere', 'one');
    await until(() => changes.length === 1);
    expect(await password()).toBe('one');
    harness.server.objects.delete(SECRETS, key);
    await until(() => changes.length === 2);
    expect(await password()).toBeUndefined();
    expect(changes).toEqual([key, key]);
  });

  it('is not told to be new where the visit has read it before the watch showed it', async () => {
    create('elsewhere', 'one');
    await password();
    secrets.forgetUnnamed((named) => named !== key);
    await password();
    expect([reads(), changes]).toEqual([2, []]);
  });

  it('of ours is not watched, and read anew', async () => {
    create('elsewhere', 'one', { [LABEL.managedBy]: MANAGED_BY });
    await password();
    await password();
    expect([reads(), changes]).toEqual([2, []]);
  });

  it('is watched by its version alone', async () => {
    create('elsewhere', 'one');
    await password();
    const ofCollection = harness.server.requests.filter(({ path }) => path.endsWith('/secrets'));
    expect(ofCollection.length).toBeGreaterThan(0);
    for (const { headers } of ofCollection) expect(headers['accept']).toContain('PartialObjectMetadata');
  });

  it('ends with the visit that waits for the watch', async () => {
    harness.server.script(() => true);
    const visit = new AbortController();
    setTimeout(() => visit.abort(new Error('the visit is over')), 20);
    await expect(secrets.read(ref, visit.signal)).rejects.toThrow('the visit is over');
  });
});

const objectWith = (spec: unknown): StockAnalysis => ({
  apiVersion: 'stockanalysis.dev/v1alpha1',
  kind: 'StockAnalysis',
  metadata: { name: 'demo', namespace: 'a', uid: 'u', generation: 1, resourceVersion: '1' },
  spec,
});

describe('the Secrets that an object names', () => {
  it.each([
    [{ database: { mode: 'External', external: { secretRef: { name: 'x' } } } }, ['a/x']],
    [{ database: { mode: 'BuiltIn' } }, []],
    [{ database: { external: { secretRef: { name: 7 } } } }, []],
    [{ monitoring: { notifications: { email: { secretRef: { name: 'm' } }, webhook: 7 } } }, ['a/m']],
    [
      {
        database: { external: { secretRef: { name: 'x' } } },
        monitoring: {
          notifications: { email: { secretRef: { name: 'm' } }, webhook: { secretRef: { name: 'm' } } },
        },
      },
      ['a/x', 'a/m'],
    ],
    [{ monitoring: { tracing: { headersSecretRef: { name: 't' } } } }, ['a/t']],
    [undefined, []],
    ['nonsense', []],
  ])('%j: %j', (spec, keys) => {
    expect(externalSecretKeys(objectWith(spec))).toEqual(keys);
  });
});
