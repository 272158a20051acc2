/** The state of an object without its past: what a fresh object of the same spec would have, too. */
import type { KubeObject } from '../support/kube-objects.ts';
import type { Plan } from '../support/plan.ts';
import { captureState, type State } from '../support/state.ts';

/** Names of objects that are made anew for each content; older ones are kept for a roll-back. */
const CONTENT_ADDRESSED = /-[0-9a-f]{10}$/;

/** How often something was changed, and what controllers of Kubernetes say about that. */
const HISTORY = [
  /\.metadata\.(generation|resourceVersion)$/,
  /\.observedGeneration$/,
  /\.metadata\.annotations\.deployment\.kubernetes\.io\/revision$/,
  // Stands on a child until its first change, see docs/decisions on children that are created by POST.
  /\.metadata\.annotations\.stockanalysis\.dev\/created$/,
  /^(deployments|statefulsets)\/[^.]*\.status\./,
];

/** What no workload mounts any more, and migrations that have been carried out: their templates are history. */
export async function currentState(plan: Plan): Promise<State> {
  const workloads = await Promise.all(
    ['deployments', 'statefulsets'].map((resource) => plan.list<KubeObject>('apps/v1', resource)),
  );
  const inUse = JSON.stringify(workloads);
  const counts = (resource: string, { metadata }: KubeObject): boolean =>
    resource !== 'jobs' && (!CONTENT_ADDRESSED.test(metadata.name) || inUse.includes(metadata.name));
  const state = await captureState(plan, counts);
  return new Map([...state].filter(([path]) => !HISTORY.some((pattern) => pattern.test(path))));
}
