import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from '../../lib/shell.ts';
import { stateDir } from '../../lib/paths.ts';
import { say, step } from '../../lib/progress.ts';
import type { Provider } from './provider.ts';

const NAME = 'stock-analysis';
const kubeconfigPath = (): string => join(stateDir(), 'kind.kubeconfig');

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
 * there is no Docker engine, so it has not been run there.
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
    mkdirSync(stateDir(), { recursive: true });
    if ((await clusters()).includes(NAME)) {
      await capture('kind', ['export', 'kubeconfig', '--name', NAME, '--kubeconfig', kubeconfigPath()]);
      return say(`the kind cluster ${NAME} is up (kubeconfig ${kubeconfigPath()})`);
    }
    await step(`creating the kind cluster ${NAME}`, () =>
      capture('kind', [
        'create',
        'cluster',
        '--name',
        NAME,
        '--kubeconfig',
        kubeconfigPath(),
        '--wait',
        '120s',
      ]),
    );
  },
  down: async () => {
    await capture('kind', ['delete', 'cluster', '--name', NAME, '--kubeconfig', kubeconfigPath()]);
    rmSync(kubeconfigPath(), { force: true });
  },
  loadImages: async (archives) => {
    for (const archive of archives) await capture('kind', ['load', 'image-archive', archive, '--name', NAME]);
  },
};
