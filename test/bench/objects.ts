/** The objects that a measurement makes, and when they are where they should be. */
import type { KubeClient } from '../support/kube-client.ts';
import type { Condition, StockAnalysis } from '../support/kube-objects.ts';
import { inParallel } from '../support/wait.ts';
import { NAMESPACE, type Plane } from './plane.ts';

export type Mode = 'External' | 'BuiltIn';

/** Requests at once; the generator must not be the limit either. */
const LANES = 16;

export const objectName = (index: number): string => `load-${String(index).padStart(4, '0')}`;

const SECRETS = `/api/v1/namespaces/${NAMESPACE}/secrets`;

/** What an administrator makes for an external database, one for each object. */
export async function createDatabaseSecrets(client: KubeClient, names: readonly string[]): Promise<void> {
  const stringData = {
    ...{ host: 'database.invalid', port: '5432', name: 'analysis', username: 'app', password: 'a' },
    ...{ migratorUsername: 'migrator', migratorPassword: 'm' },
  };
  await inParallel(names, LANES, async (name) => {
    await client.create(SECRETS, { metadata: { name: `${name}-elsewhere` }, stringData });
  });
}

export async function createObjects(plane: Plane, names: readonly string[], mode: Mode): Promise<void> {
  await inParallel(names, LANES, async (name) => {
    const external = { mode, external: { secretRef: { name: `${name}-elsewhere` } } };
    await plane.client.create(plane.path(), {
      apiVersion: 'stockanalysis.dev/v1alpha1',
      kind: 'StockAnalysis',
      metadata: { name },
      spec: { database: mode === 'External' ? external : { mode } },
    });
  });
}

const conditionOf = ({ status }: StockAnalysis, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

/** Ready; with a built-in database, which nobody runs here, everything that does not wait for its answer. */
export function isConverged(object: StockAnalysis, mode: Mode): boolean {
  const ready = conditionOf(object, 'Ready');
  if (ready?.observedGeneration !== object.metadata.generation) return false;
  return mode === 'External' ? ready?.status === 'True' : ready?.reason === 'DatabaseUnreachable';
}
