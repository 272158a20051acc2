/** The end state of a plan, over all objects and all fields, in a form in which two plans can be compared. */
import { inflateSync } from 'node:zlib';
import type { KubeObject } from './kube-objects.ts';
import type { Plan } from './plan.ts';

const KINDS: readonly (readonly [group: string, resource: string])[] = [
  ['stockanalysis.dev/v1alpha1', 'stockanalyses'],
  ['v1', 'secrets'],
  ['v1', 'configmaps'],
  ['v1', 'services'],
  ['v1', 'serviceaccounts'],
  ['networking.k8s.io/v1', 'networkpolicies'],
  ['policy/v1', 'poddisruptionbudgets'],
  ['v1', 'persistentvolumeclaims'],
  ['apps/v1', 'deployments'],
  ['apps/v1', 'statefulsets'],
  ['batch/v1', 'jobs'],
];

/** `resource/name` and path to value, as JSON. */
export type State = ReadonlyMap<string, string>;

/** What no two plans can have in common: content hashes, UIDs, times, and the name of the namespace. */
function anonymous(text: string, namespace: string): string {
  return (
    text
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
      .replaceAll(/\b[0-9a-f]{10}\b/g, 'HASH')
      // Hashes of pod templates, in the alphabet that Kubernetes writes them in: a number, so small ones are short.
      .replaceAll(/-[bcdfghjklmnpqrstvwxz2456789]{6,10}\b/g, '-HASH')
      .replaceAll(namespace, 'NAMESPACE')
  );
}

function flatten(value: unknown, path: string, into: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) {
    into.set(path, JSON.stringify(value));
    return;
  }
  const entries = Object.entries(value);
  // An empty object differs from an absent one.
  if (entries.length === 0) into.set(path, Array.isArray(value) ? '[]' : '{}');
  for (const [key, member] of entries) flatten(member, `${path}.${key}`, into);
}

interface Content {
  readonly spec?: unknown;
  readonly data?: unknown;
}

const LAST_ROLLOUT = 'stockanalysis.dev/last-rollout';

interface LastRollout {
  readonly asked: { readonly spec: unknown; readonly images: unknown };
}

/** The object with what a compressed annotation says, but for the spec and the images of then, which are history. */
function readable({ metadata, ...object }: KubeObject): KubeObject {
  const { managedFields: _, ...plain } = metadata as KubeObject['metadata'] & { managedFields?: unknown };
  const text = plain.annotations?.[LAST_ROLLOUT];
  if (text === undefined) return { ...object, metadata: plain };
  const last = JSON.parse(inflateSync(Buffer.from(text, 'base64')).toString('utf8')) as LastRollout;
  const { spec: __, images: ___, ...asked } = last.asked;
  const annotations = { ...plain.annotations, [LAST_ROLLOUT]: JSON.stringify({ ...last, asked }) };
  return { ...object, metadata: { ...plain, annotations } };
}

/** Objects whose names differ in a hash only are put in the order of what they hold: their hashes are random. */
function inOrder(objects: readonly KubeObject[], namespace: string): KubeObject[] {
  const keyOf = (object: KubeObject & Content): string =>
    anonymous(JSON.stringify([object.metadata.name, object.spec, object.data]), namespace);
  return objects.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** @param counts false leaves an object out */
export async function captureState(
  plan: Plan,
  counts: (resource: string, object: KubeObject) => boolean = () => true,
): Promise<State> {
  const state = new Map<string, string>();
  const seen = new Map<string, number>();
  for (const [group, resource] of KINDS) {
    const all = await plan.list<KubeObject>(group, resource);
    const objects = all.filter((object) => counts(resource, object));
    for (const object of inOrder(objects, plan.namespace)) {
      const plain = anonymous(JSON.stringify(readable(object)), plan.namespace);
      const name = `${resource}/${anonymous(object.metadata.name, plan.namespace)}`;
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      flatten(JSON.parse(plain), count === 1 ? name : `${name}#${count}`, state);
    }
  }
  return state;
}

/** What kube-controller-manager writes or not, as its race with the provisioner goes; and what it counts, as it goes. */
const OF_OTHERS =
  /^persistentvolumeclaims\/[^.]*\.metadata\.annotations\.volume\.(beta\.)?kubernetes\.io\/|^poddisruptionbudgets\/[^.]*\.status\./;

const ABSENT = '(absent)';

/** What may differ between undisturbed runs: what the API server hands out, and what the operator or a test invents. */
const MAY_DIFFER: readonly RegExp[] = [
  /^[a-z]+\/[^/]+\.metadata\.resourceVersion$/,
  /^services\/[^/]+\.spec\.clusterIPs?(\.\d+)?$/,
  // Passwords, tokens and certificates, and where a database of this plan listens.
  /^secrets\/[^/]+\.data\.(password|token|ca\.crt|tls\.crt|tls\.key|keyring\.json|host|port)$/,
  /^stockanalyses\/[^/]+\.status\.encryptionKey$/,
];

/**
 * Paths whose values differ between states of undisturbed runs: nothing can be said about those.
 * @throws Error where anything else differs: it would hide what is to be judged
 */
export function learnMask(states: readonly State[]): ReadonlySet<string> {
  const paths = [...new Set(states.flatMap((state) => [...state.keys()]))];
  const valuesOf = (path: string): readonly string[] => states.map((state) => state.get(path) ?? ABSENT);
  const differing = paths.filter((path) => !OF_OTHERS.test(path) && new Set(valuesOf(path)).size > 1);
  const wrong = differing.filter((path) => !MAY_DIFFER.some((pattern) => pattern.test(path)));
  if (wrong.length === 0) return new Set(differing);
  const lines = wrong.slice(0, 12).map((path) => `${path}: ${valuesOf(path).join(', ')}`);
  throw new Error(`undisturbed runs differ where they must not:\n  ${lines.join('\n  ')}`);
}

/** One line per path outside of the mask where a state differs from the reference. */
export function differences(reference: State, state: State, mask: ReadonlySet<string>): string[] {
  const paths = new Set([...reference.keys(), ...state.keys()]);
  return [...paths]
    .filter((path) => !mask.has(path) && !OF_OTHERS.test(path) && reference.get(path) !== state.get(path))
    .map((path) => `${path}: ${reference.get(path) ?? ABSENT} became ${state.get(path) ?? ABSENT}`)
    .toSorted();
}
