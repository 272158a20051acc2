import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AcceptedWrite } from './client-options.ts';
import { Client } from './client.ts';
import { ApiError } from './errors.ts';
import { collectionPath, objectPath, resources } from './resources.ts';
import { sendStatus } from './testing/answers.ts';
import { FakeApiServer } from './testing/fake-api-server.ts';
import { HttpTransport } from './transport.ts';
import type { Manifest } from './types.ts';

const signal = new AbortController().signal;
const ref = { namespace: 'a', name: 'x' };
const configMap = (name: string, extra: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'a', ...extra },
});

let server: FakeApiServer;
let transport: HttpTransport;
let client: Client;
let writes: AcceptedWrite[];

beforeEach(async () => {
  server = await FakeApiServer.start();
  transport = new HttpTransport(server.config);
  client = new Client(transport, { fieldManager: 'tester' });
  writes = [];
  client.onWrite((write) => writes.push(write));
});

afterEach(async () => {
  await transport.close();
  await server.close();
});

describe('paths', () => {
  it('keep the case of names and escape them', () => {
    expect(objectPath(resources.roles, { namespace: 'a', name: 'Admin:Reader' })).toBe(
      '/apis/rbac.authorization.k8s.io/v1/namespaces/a/roles/Admin%3AReader',
    );
    expect(objectPath(resources.nodes, { name: 'n' })).toBe('/api/v1/nodes/n');
    expect(collectionPath(resources.jobs)).toBe('/apis/batch/v1/jobs');
    expect(objectPath(resources.deployments, ref, 'status')).toBe(
      '/apis/apps/v1/namespaces/a/deployments/x/status',
    );
  });

  it('refuse what would name another object', () => {
    expect(() => objectPath(resources.pods, { name: 'x' })).toThrow('the namespace is missing');
    expect(() => objectPath(resources.pods, { namespace: 'a', name: '' })).toThrow('without a name');
    expect(() => collectionPath(resources.nodes, 'a')).toThrow('cluster-scoped');
  });
});

describe('reads', () => {
  it('answer undefined for what is not there, and throw everything else', async () => {
    expect(await client.get(resources.configMaps, ref, signal)).toBeUndefined();
    expect(await client.getRaw('/openapi/v3/apis/none', signal)).toBeUndefined();
    server.script((_request, response) => {
      sendStatus(response, 403, 'Forbidden');
      return true;
    });
    await expect(client.get(resources.configMaps, ref, signal)).rejects.toMatchObject({ isForbidden: true });
  });

  it('give the items of a list the apiVersion and kind that the server leaves out', async () => {
    await client.create(resources.configMaps, configMap('x'), {}, signal);
    const list = await client.list(resources.configMaps, { namespace: 'a' }, signal);
    expect(list.items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } });
    expect(list.resourceVersion).toBe(list.items[0]?.metadata.resourceVersion);
  });

  it('page through a collection', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await client.create(resources.configMaps, configMap(name), {}, signal);
    server.requests.length = 0;
    const list = await client.list(
      resources.configMaps,
      { namespace: 'a', limit: 2, resourceVersion: '0' },
      signal,
    );
    expect(list.items.map((item) => item.metadata.name)).toEqual(['a', 'b', 'c', 'd', 'e']);
    const asked = server.requests.map(({ query }) =>
      ['continue', 'resourceVersion', 'resourceVersionMatch'].map((name) => query.get(name)),
    );
    // Without a match the API server takes a version with a limit for the exact one.
    expect(asked).toEqual([
      [null, '0', 'NotOlderThan'],
      ['2', null, null],
      ['4', null, null],
    ]);
  });

  it('start over in one piece when a continue token has expired', async () => {
    for (const name of ['a', 'b', 'c'])
      await client.create(resources.configMaps, configMap(name), {}, signal);
    server.once(
      ({ query }) => query.has('continue'),
      (_request, response) => sendStatus(response, 410, 'Expired'),
    );
    const list = await client.list(resources.configMaps, { namespace: 'a', limit: 2 }, signal);
    expect(list.items).toHaveLength(3);
    expect(server.requests.at(-1)?.query.has('limit')).toBe(false);
  });

  it('ask for metadata only when told', async () => {
    await client.list(resources.secrets, { metadataOnly: true }, signal);
    expect(server.requests[0]?.headers.accept).toBe(
      'application/json;g=meta.k8s.io;v=v1;as=PartialObjectMetadataList,application/json',
    );
  });

  it('tell the server version', async () => {
    expect(await client.serverVersion(signal)).toEqual({ major: '1', minor: '34', gitVersion: 'v1.34.0' });
  });
});

describe('writes', () => {
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'x', namespace: 'a' },
    spec: {
      podSelector: {},
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 80 }] }],
    },
  };

  it('send exactly the manifest', async () => {
    await client.apply(resources.networkPolicies, policy, {}, signal);
    await client.create(
      resources.networkPolicies,
      { ...policy, metadata: { name: 'y', namespace: 'a' } },
      {},
      signal,
    );
    expect(server.requests[0]?.body).toBe(JSON.stringify(policy));
    expect(JSON.parse(server.requests[1]?.body ?? '')).toEqual({
      ...policy,
      metadata: { name: 'y', namespace: 'a' },
    });
  });

  it('refuse a namespaced object without a namespace before anything is sent', async () => {
    const nowhere = client.create(resources.configMaps, { metadata: { name: 'x' } }, {}, signal);
    await expect(nowhere).rejects.toThrow('ConfigMap x: the namespace is missing');
    expect(server.requests).toEqual([]);
  });

  it('apply with the field manager, force and content type', async () => {
    await client.apply(resources.networkPolicies, policy, {}, signal);
    const [request] = server.requests;
    expect(request?.headers['content-type']).toBe('application/apply-patch+yaml');
    expect(Object.fromEntries(request?.query ?? [])).toEqual({
      fieldManager: 'tester',
      force: 'true',
      fieldValidation: 'Strict',
    });
  });

  it('apply on condition of the UID', async () => {
    const created = await client.create(resources.configMaps, configMap('x'), {}, signal);
    const uid = created.metadata.uid;
    await client.apply(resources.configMaps, configMap('x', { labels: { a: '1' } }), { uid }, signal);
    expect(JSON.parse(server.requests.at(-1)?.body ?? '')).toMatchObject({ metadata: { uid } });
    const foreign = client.apply(resources.configMaps, configMap('x'), { uid: 'other' }, signal);
    await expect(foreign).rejects.toMatchObject({ isConflict: true, isAlreadyExists: false });
  });

  it('write status as a subresource, adding the kind', async () => {
    await client.create(resources.deployments, { metadata: { ...ref } }, {}, signal);
    await client.applyStatus(
      resources.deployments,
      { metadata: { ...ref }, status: { ready: true } },
      { fieldManager: 'status' },
      signal,
    );
    const request = server.requests.at(-1);
    expect(request?.path).toBe('/apis/apps/v1/namespaces/a/deployments/x/status');
    expect(request?.query.get('fieldManager')).toBe('status');
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      status: { ready: true },
    });
  });

  it('tell apart that a name is taken from a lost race', async () => {
    const first = await client.create(resources.configMaps, configMap('x'), {}, signal);
    await expect(client.create(resources.configMaps, configMap('x'), {}, signal)).rejects.toMatchObject({
      isAlreadyExists: true,
      isConflict: false,
    });
    const { resourceVersion } = first.metadata;
    await client.replace(
      resources.configMaps,
      configMap('x', { resourceVersion, labels: { a: '1' } }),
      {},
      signal,
    );
    const stale = client.replace(
      resources.configMaps,
      configMap('x', { resourceVersion, labels: { a: '2' } }),
      {},
      signal,
    );
    await expect(stale).rejects.toMatchObject({ isConflict: true, isAlreadyExists: false });
    await expect(stale).rejects.toBeInstanceOf(ApiError);
  });

  it('say whether a delete found, removed or only marked the object', async () => {
    expect(await client.delete(resources.configMaps, ref, {}, signal)).toBe('absent');
    const { metadata } = await client.create(resources.configMaps, configMap('x'), {}, signal);
    await expect(client.delete(resources.configMaps, ref, { uid: 'other' }, signal)).rejects.toMatchObject({
      isConflict: true,
    });
    expect(await client.delete(resources.configMaps, ref, { uid: metadata.uid }, signal)).toBe('deleted');
    expect(JSON.parse(server.requests.at(-1)?.body ?? '')).toEqual({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      preconditions: { uid: metadata.uid },
    });
    await client.create(
      resources.configMaps,
      configMap('x', { finalizers: ['example.org/hold'] }),
      {},
      signal,
    );
    expect(await client.delete(resources.configMaps, ref, {}, signal)).toBe('deleting');
  });

  it('report each accepted write, deletes by UID, and no dry run', async () => {
    const { metadata } = await client.create(
      resources.configMaps,
      configMap('x', { finalizers: ['example.org/hold'] }),
      {},
      signal,
    );
    await client.apply(
      resources.configMaps,
      configMap('x', { labels: { a: '1' } }),
      { dryRun: true },
      signal,
    );
    expect(server.requests.at(-1)?.query.get('dryRun')).toBe('All');
    await client.delete(resources.configMaps, ref, {}, signal);
    await client.mergePatch(resources.configMaps, ref, { metadata: { finalizers: null } }, {}, signal);
    expect(writes.map(({ resourceVersion, deletedUid }) => ({ resourceVersion, deletedUid }))).toEqual([
      { resourceVersion: metadata.resourceVersion, deletedUid: undefined },
      { resourceVersion: undefined, deletedUid: metadata.uid },
      { resourceVersion: undefined, deletedUid: metadata.uid },
    ]);
  });
});
