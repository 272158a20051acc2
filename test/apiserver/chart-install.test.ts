/** The chart through helm against a real API server: install, upgrade, uninstall, and a second release beside it. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { helmProgram } from '../../hack/charts/helm.ts';
import { CHART, INSTALL_MANIFEST, RELEASE } from '../../hack/charts/install-manifest.ts';
import { toolPath } from '../../hack/cluster/index.ts';
import { Kubectl } from '../../hack/deploy/kubectl.ts';
import { dropPendingRevisions } from '../../hack/deploy/operator.ts';
import { helm } from '../support/chart.ts';
import { KubeClient, isNotFound, readKubeconfig } from '../support/kube-client.ts';
import type { KubeObject } from '../support/kube-objects.ts';
import { spawnTracked } from '../support/processes.ts';
import { eventually } from '../support/wait.ts';

const tier = inject('tier');
const client = new KubeClient(readKubeconfig(tier.kubeconfig));
const kubectl = async (): Promise<Kubectl> => new Kubectl(await toolPath('kubectl'), tier.kubeconfig);
const CRD = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/stockanalyses.stockanalysis.dev';
const suffix = randomBytes(3).toString('hex');
const first = `chart-${suffix}`;
const second = `chart-second-${suffix}`;
const interrupted = `chart-interrupted-${suffix}`;
const ALL = [first, second, interrupted];

const deployment = (namespace: string): string =>
  `/apis/apps/v1/namespaces/${namespace}/deployments/${RELEASE}`;
const objects = (namespace: string): string =>
  `/apis/stockanalysis.dev/v1alpha1/namespaces/${namespace}/stockanalyses`;

function run(command: string, namespace: string, args: readonly string[] = []): Promise<string> {
  return helm([command, RELEASE, '--namespace', namespace, '--kubeconfig', tier.kubeconfig, ...args]);
}

/** As hack/deploy does it. Kept CRDs may carry the name of an earlier release, hence the last flag. */
function install(namespace: string, args: readonly string[] = []): Promise<string> {
  return run('upgrade', namespace, [CHART, '--install', '--take-ownership', ...args]);
}

beforeAll(async () => {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  for (const name of ALL) await client.create('/api/v1/namespaces', { metadata: { name, labels } });
  await install(first);
});

afterAll(async () => {
  for (const name of ALL) await client.delete(`/api/v1/namespaces/${name}`);
  client.close();
});

describe('an installed release', () => {
  it('has a pod that Pod Security restricted admits', async () => {
    const { spec } = await client.get<{ spec: { template: KubeObject & { spec: Record<string, unknown> } } }>(
      deployment(first),
    );
    const pod = { ...spec.template, metadata: { ...spec.template.metadata, name: 'probe' } };
    await expect(client.create(`/api/v1/namespaces/${first}/pods?dryRun=All`, pod)).resolves.toBeDefined();
    // The same pod without its security context shows that the namespace does refuse.
    const loose = { ...pod, spec: { ...pod.spec, securityContext: {} } };
    await expect(client.create(`/api/v1/namespaces/${first}/pods?dryRun=All`, loose)).rejects.toThrow(
      'violates PodSecurity',
    );
  });

  it('is not changed by an upgrade to the same values', async () => {
    const before = await client.get<KubeObject>(deployment(first));
    await install(first);
    const after = await client.get<KubeObject>(deployment(first));
    // Not the resourceVersion: the controllers write status and a revision annotation whenever they like.
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.metadata.generation).toBe(before.metadata.generation);
    expect(after.metadata.labels).toEqual(before.metadata.labels);
  });

  it('takes an upgrade that changes values', async () => {
    await install(first, ['--set', 'replicas=2']);
    expect(await client.get(deployment(first))).toMatchObject({ spec: { replicas: 2 } });
    await expect(
      client.get(`/apis/policy/v1/namespaces/${first}/poddisruptionbudgets/${RELEASE}`),
    ).resolves.toBeDefined();
  });
});

describe('uninstalling', () => {
  it('leaves the CRD and every object, and nothing else', async () => {
    await client.create(objects(first), {
      apiVersion: 'stockanalysis.dev/v1alpha1',
      kind: 'StockAnalysis',
      metadata: { name: 'kept' },
      spec: {},
    });
    await run('uninstall', first);
    expect(await client.get<KubeObject>(`${objects(first)}/kept`)).toMatchObject({
      metadata: { name: 'kept' },
    });
    expect(await client.get<KubeObject>(CRD)).toMatchObject({
      metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } },
    });
    await expect(client.get(deployment(first))).rejects.toSatisfy(isNotFound);
    await expect(client.get(`/api/v1/namespaces/${first}/serviceaccounts/${RELEASE}`)).rejects.toSatisfy(
      isNotFound,
    );
    await expect(
      client.get(`/apis/rbac.authorization.k8s.io/v1/namespaces/${first}/roles/${RELEASE}`),
    ).rejects.toSatisfy(isNotFound);
  });

  it('does not stand in the way of a release in another namespace', async () => {
    await install(second);
    await install(first);
    expect(await client.get(deployment(second))).toMatchObject({ metadata: { name: RELEASE } });
    await run('uninstall', second);
    expect(await client.get(deployment(first))).toMatchObject({ metadata: { name: RELEASE } });
    expect(await client.get<KubeObject>(`${objects(first)}/kept`)).toMatchObject({
      metadata: { name: 'kept' },
    });
  });
});

describe('an installation that was killed', () => {
  const revisions = (status: string): Promise<readonly KubeObject[]> => {
    const selector = encodeURIComponent(`owner=helm,name=${RELEASE},status=${status}`);
    return client.list(`/api/v1/namespaces/${interrupted}/secrets?labelSelector=${selector}`);
  };

  /** Kills helm while it waits for the operator's pod, which no kubelet here will ever start. */
  async function killedWhilePending(status: string, args: readonly string[] = []): Promise<void> {
    const command = ['upgrade', RELEASE, CHART, '--install', '--take-ownership', '--wait'];
    const where = ['--namespace', interrupted, '--kubeconfig', tier.kubeconfig];
    const helmProcess = await spawnTracked(
      tier.ledger,
      await helmProgram(),
      [...command, ...where, ...args],
      { stdio: 'ignore' },
    );
    await eventually({ what: `a revision that is ${status}`, timeoutMs: 60_000 }, async () =>
      (await revisions(status)).length > 0 ? true : undefined,
    );
    helmProcess.child.kill('SIGKILL');
    await helmProcess.exited;
  }

  it.each([
    ['pending-install', '1'],
    ['pending-upgrade', '2'],
  ])('and stayed %s does not stand in the way of the next one', async (status, replicas) => {
    await killedWhilePending(status, ['--set', `replicas=${replicas}`]);
    await expect(install(interrupted)).rejects.toThrow('another operation');
    await dropPendingRevisions(await kubectl(), interrupted);
    await install(interrupted);
    expect(await revisions(status)).toEqual([]);
    expect(await revisions('deployed')).toHaveLength(1);
    expect(await client.get(deployment(interrupted))).toMatchObject({ spec: { replicas: 1 } });
  });
});

describe('manifests/install.yaml', () => {
  it('is accepted by the API server as it is, twice', async () => {
    const apply = async (): Promise<string> =>
      (await kubectl()).run(['apply', '--server-side', '--force-conflicts', '-f', INSTALL_MANIFEST]);
    try {
      expect(await apply()).toContain(`deployment.apps/${RELEASE} serverside-applied`);
      await apply();
      expect(await client.get(deployment('stock-analysis'))).toMatchObject({ spec: { replicas: 1 } });
    } finally {
      // Not what the file holds: the CRD is the whole tier's.
      await client.delete('/api/v1/namespaces/stock-analysis');
    }
  });
});
