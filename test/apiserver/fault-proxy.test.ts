/** The proxy itself: a test that counts on it is worth no more than what is shown here. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FaultProxy } from '../support/fault-proxy.ts';
import { CUT, atWrite, statusReply } from '../support/interceptors.ts';
import { KubeClient, KubeError, readKubeconfig } from '../support/kube-client.ts';
import type { KubeObject } from '../support/kube-objects.ts';
import { eventually } from '../support/wait.ts';

const tier = inject('tier');
const admin = new KubeClient(readKubeconfig(tier.kubeconfig));
const namespace = 'fault-proxy';
const core = (resource: string, name = ''): string =>
  `/api/v1/namespaces/${namespace}/${resource}${name && `/${name}`}`;
const configMap = (name: string): unknown => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

describe('fault proxy', () => {
  let proxy: FaultProxy;
  let caller: KubeClient;

  beforeAll(async () => {
    await admin.create('/api/v1/namespaces', { metadata: { name: namespace } });
    const name = `system:serviceaccount:${namespace}:limited`;
    const metadata = { name: 'limited', namespace };
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    const rules = [
      {
        apiGroups: [''],
        resources: ['configmaps'],
        verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
      },
    ];
    await admin.create(`${rbac}/roles`, { metadata, rules });
    await admin.create(`${rbac}/rolebindings`, {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'limited' },
      subjects: [{ kind: 'ServiceAccount', name: 'limited', namespace }],
    });
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
    // The authorizer hears of a Role by a watch of its own, a moment after the Role is there.
    const resourceAttributes = { namespace, verb: 'create', resource: 'configmaps' };
    const review = { spec: { user: name, groups, resourceAttributes } };
    await eventually({ what: 'the Role to be in force', timeoutMs: 90_000, intervalMs: 50 }, async () => {
      const { status } = await admin.create<{ status: { allowed: boolean } }>(
        '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        review,
      );
      return status.allowed || undefined;
    });
    proxy = await FaultProxy.start({
      upstream: admin,
      impersonate: { user: name, groups },
      tls: tier.proxyTLS,
    });
    caller = new KubeClient(proxy.connection);
  });

  afterAll(async () => {
    await proxy.stop();
    admin.close();
  });

  it('asks for its token', async () => {
    const stranger = new KubeClient({ ...proxy.connection, token: 'wrong' });
    expect((await stranger.call('GET', core('configmaps'))).status).toBe(401);
  });

  it('lets through what the Role allows and nothing else, and logs both', async () => {
    await caller.create(core('configmaps'), configMap('a'));
    await caller.patch(core('configmaps', 'a'), { data: { key: 'value' } });
    await expect(caller.list(core('secrets'))).rejects.toThrow(KubeError);
    expect(proxy.log.denied.map(({ verb, object }) => `${verb} ${object}`)).toEqual(['list secrets']);
    const writes = proxy.log.writes.map(({ number, verb, object, status }) => [number, verb, object, status]);
    expect(writes).toEqual([
      [1, 'create', 'configmaps/a', 201],
      [2, 'patch', 'configmaps/a', 200],
    ]);
    expect(proxy.log.creates()).toEqual(new Map([['configmaps/a', 1]]));
  });

  it('streams a watch event by event', async () => {
    const stopping = new AbortController();
    const watch = caller.watch<KubeObject>(
      `${core('configmaps')}?watch=true&resourceVersion=0`,
      stopping.signal,
    );
    const next = async (name: string): Promise<string> => {
      for (;;) {
        const { value } = (await watch.next()) as { value: { type: string; object: KubeObject } };
        if (value.object.metadata.name === name) return value.type;
      }
    };
    expect(await next('a')).toBe('ADDED');
    await caller.create(core('configmaps'), configMap('watched'));
    expect(await next('watched')).toBe('ADDED');
    stopping.abort();
  });

  it.each([
    ['before-forward', false],
    ['after-apply', true],
    ['after-reply', true],
  ] as const)('%s: the write is applied: %s', async (position, applied) => {
    const name = `at-${position}`;
    let called = 0;
    const next = proxy.log.writeCount + 1;
    const remove = proxy.intercept(
      atWrite(
        ({ record }) => record.number === next,
        position,
        () => (called += 1),
      ),
    );
    const reply = await caller.create(core('configmaps'), configMap(name)).catch(() => undefined);
    await eventually(
      { what: 'the callback', timeoutMs: 2000, intervalMs: 5 },
      () => called === 1 || undefined,
    );
    expect(reply !== undefined).toBe(position === 'after-reply');
    expect((await admin.find(core('configmaps', name))) !== undefined).toBe(applied);
    remove();
  });

  it('answers in the place of the API server, cuts, and numbers Leases apart', async () => {
    const before = { writes: proxy.log.writeCount, leases: proxy.log.leaseCount };
    const tooMany = proxy.intercept({
      beforeForward: () => ({
        kind: 'answer',
        reply: statusReply(429, 'TooManyRequests', 'later', { 'retry-after': '1' }),
      }),
    });
    expect((await caller.call('POST', core('configmaps'), { body: configMap('b') })).status).toBe(429);
    tooMany();
    const cut = proxy.intercept({ beforeForward: () => CUT });
    await expect(caller.call('POST', core('configmaps'), { body: configMap('b') })).rejects.toThrow(
      'socket hang up',
    );
    cut();
    expect(await admin.find(core('configmaps', 'b'))).toBeUndefined();
    await caller.call('PUT', `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/x`, { body: {} });
    expect(proxy.log.writeCount - before.writes).toBe(2);
    expect(proxy.log.leaseCount - before.leases).toBe(1);
  });
});
