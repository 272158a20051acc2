import { existsSync } from 'node:fs';
import { provider } from '../../hack/cluster/index.ts';
import { stateDir } from '../../hack/lib/paths.ts';

/** Builds and installs what a cluster needs, which on a cold machine takes minutes, before the clock of any test runs. */
export default async function setup(): Promise<void> {
  if (existsSync(stateDir())) return;
  const cluster = provider('local');
  await cluster.up();
  await cluster.down({ force: false });
}
