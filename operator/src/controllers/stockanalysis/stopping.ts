import { selectorOf, type Component } from '../../naming/index.ts';
import { isFinished } from '../../policies/index.ts';
import type { Children } from './children.ts';
import { kinds } from './types.ts';
import type { ChildWriter } from './writer.ts';

/** Names of the pods of these components that have not ended. */
export function runningPods(children: Children, name: string, components: readonly Component[]): string[] {
  return components
    .flatMap((component) => children.podsOf(selectorOf(name, component)))
    .filter((pod) => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed')
    .map(({ metadata }) => metadata.name);
}

/** Finished Jobs are left to the garbage collector; running ones would go on talking to the database. */
export async function removeRunningJobs(children: Children, writer: ChildWriter): Promise<void> {
  for (const job of children.all(kinds.jobs)) {
    // Labels can be copied by anybody.
    if (!writer.owns(job) || isFinished(job) || job.metadata.deletionTimestamp !== undefined) continue;
    await writer.remove(kinds.jobs, job);
  }
}
