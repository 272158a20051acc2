/**
 * The state of an object without its past: what a fresh object of the same spec would have, too. Compared are all objects
 * that something uses, with all of their fields; of what Kubernetes says about workloads, how many pods there are and
 * are as they should be; of generations, whether the present one was seen; of Jobs, that none is at work or has failed.
 */
import type { KubeObject } from '../support/kube-objects.ts';
import type { Plan } from '../support/plan.ts';
import { captureState, type State } from '../support/state.ts';

/** Names of objects that are made anew for each content; older ones are kept for a roll-back. */
const CONTENT_ADDRESSED = /-[0-9a-f]{10}$/;

/** How often something was changed, and what controllers of Kubernetes say about that. */
const HISTORY = [
  /\.metadata\.(generation|resourceVersion)$/,
  /\.metadata\.annotations\.deployment\.kubernetes\.io\/revision$/,
  // Stands on a child until its first change, see docs/decisions on children that are created by POST.
  /\.metadata\.annotations\.stockanalysis\.dev\/created$/,
  // In the order in which they came up; and whether there was ever a second revision.
  /^(deployments|statefulsets)\/[^.]*\.status\.(conditions\.|collisionCount$|currentRevision$|updateRevision$)/,
];

const OBSERVED = /^([^.]+)\..*\bobservedGeneration$/;

interface Job extends KubeObject {
  readonly status?: { readonly succeeded?: number };
}

/** What the present spec has brought about; what no workload mounts any more, and migrations that were carried out, are history. */
export async function currentState(plan: Plan): Promise<State> {
  const workloads = await Promise.all(
    ['deployments', 'statefulsets'].map((resource) => plan.list<KubeObject>('apps/v1', resource)),
  );
  const inUse = JSON.stringify(workloads);
  const counts = (resource: string, { metadata }: KubeObject): boolean =>
    resource !== 'jobs' && (!CONTENT_ADDRESSED.test(metadata.name) || inUse.includes(metadata.name));
  const state = await captureState(plan, counts);
  const now = [...state].map(([path, value]): [string, string] => [path, ofToday(path, value, state)]);
  return new Map([
    ...now.filter(([path]) => !HISTORY.some((pattern) => pattern.test(path))),
    ['jobs.unfinished', String(await unfinishedJobs(plan))],
  ]);
}

/** A generation is compared with that of its object. */
function ofToday(path: string, value: string, state: State): string {
  const [, object] = OBSERVED.exec(path) ?? [];
  if (object === undefined) return value;
  return value === state.get(`${object}.metadata.generation`) ? 'present' : 'earlier';
}

async function unfinishedJobs(plan: Plan): Promise<number> {
  const jobs = await plan.list<Job>('batch/v1', 'jobs');
  return jobs.filter(({ status }) => (status?.succeeded ?? 0) === 0).length;
}
