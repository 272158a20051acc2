import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { stringify } from 'yaml';
import { cloneState } from '../../lib/paths.ts';
import { say, step } from '../../lib/progress.ts';
import { capture } from '../../lib/shell.ts';
import type { Provider } from './provider.ts';

const NAME = 'stock-analysis';
// In the clone: kind needs no root, and its cluster has no part of the local cluster's state folder.
const kubeconfigPath = (): string => cloneState('kind.kubeconfig');
/** Docker publishes ports of a node only when it makes the node, so the one port is chosen then. */
const NODE_PORT = 30880;

/** The cluster as `kind create cluster --config` reads it. */
export const kindConfiguration = (): string =>
  stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    nodes: [
      {
        role: 'control-plane',
        extraPortMappings: [
          { containerPort: NODE_PORT, hostPort: NODE_PORT, listenAddress: '127.0.0.1', protocol: 'TCP' },
        ],
      },
    ],
  });

const create = (): Promise<string> =>
  capture(
    'kind',
    [
      ...['create', 'cluster', '--name', NAME, '--config', '-'],
      ...['--kubeconfig', kubeconfigPath(), '--wait', '120s'],
    ],
    { input: kindConfiguration() },
  );

async function requirePrograms(): Promise<void> {
  for (const [program, args] of [
    ['docker', ['info']],
    ['kind', ['version']],
  ] as const) {
    await capture(program, args).catch((error: unknown) => {
      throw new Error(`CLUSTER_PROVIDER=kind needs a running ${program}: ${String(error)}`);
    });
  }
}

const clusters = async (): Promise<string[]> =>
  (await capture('kind', ['get', 'clusters'])).split('\n').filter(Boolean);

/**
 * A kind cluster, for machines with Docker. Written to kind's documented commands; where this project is developed
 * there is no Docker engine, so it has not been run; its configuration and commands alone are tested.
 */
export const kind: Provider = {
  name: 'kind',
  kubeconfigPath,
  auditLogPath: () => {
    throw new Error(
      'a kind cluster keeps no audit log here; tests that count requests need CLUSTER_PROVIDER=local',
    );
  },
  isUp: async () => existsSync(kubeconfigPath()) && (await clusters()).includes(NAME),
  up: async () => {
    await requirePrograms();
    mkdirSync(cloneState(), { recursive: true });
    if ((await clusters()).includes(NAME)) {
      await capture('kind', ['export', 'kubeconfig', '--name', NAME, '--kubeconfig', kubeconfigPath()]);
      return say(`the kind cluster ${NAME} is up (kubeconfig ${kubeconfigPath()})`);
    }
    await step(`creating the kind cluster ${NAME}`, create);
  },
  down: async () => {
    await capture('kind', ['delete', 'cluster', '--name', NAME, '--kubeconfig', kubeconfigPath()]);
    rmSync(kubeconfigPath(), { force: true });
  },
  requireDelivery: () => undefined,
  deliver: async (images) => {
    for (const { archive } of images)
      await capture('kind', ['load', 'image-archive', archive, '--name', NAME]);
  },
  nameOf: (ref) => ref,
  fixedNodePort: NODE_PORT,
  nodePortUrl: async (_kubectl, port) => `http://127.0.0.1:${port}`,
};
