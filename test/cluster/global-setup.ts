import { provider } from '../../hack/cluster/index.ts';
import { livingOwner } from '../../hack/cluster/local/ownership.ts';
import { buildImages } from '../../hack/images/index.ts';

/**
 * Builds and installs what a cluster needs, which on a cold machine takes minutes, before the clock of any test runs, and
 * thereby cleans up what a killed run left. A cluster that somebody uses is left alone.
 */
export default async function setup(): Promise<void> {
  const isFull = process.env['FULL_MATRIX'] === '1';
  const holder = livingOwner();
  if (holder) {
    const text = `${holder.clone} has a local cluster since ${holder.since}`;
    if (isFull)
      throw new Error(`${text}, and these tests need it for themselves: run make cluster-down there`);
    console.error(`${text}: the tests that take it for themselves are left out`);
    return;
  }
  const cluster = provider('local');
  await cluster.up();
  await cluster.down({ force: false });
  if (isFull) await buildImages();
}
