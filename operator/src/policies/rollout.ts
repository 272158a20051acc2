import { ANNOTATION, canonicalJson } from '../naming/index.ts';
import { firstDrift } from './drift.ts';
import type { LiveTemplate } from './live.ts';
import { mountedContent } from './retention.ts';

/**
 * What decides over the pods of a workload and is not the operator's. No member may follow from operator code: a newer
 * operator that computes one in another way would restart every pod.
 */
export interface Asked {
  /** As parsed: defaults are filled in. */
  readonly spec: unknown;
  /** References that are pinned in status. */
  readonly images: Readonly<Record<string, string>>;
  /** Which credentials the pods use: numbers of generated Secrets, hashes of what was read; never a value. */
  readonly credentials: Readonly<Record<string, string | number>>;
  /** Text of the opt-in that was acted upon last. */
  readonly rollout?: string;
}

/** What was rolled out last, and what was asked for then. */
export interface LastRollout {
  readonly asked: Asked;
  readonly template: LiveTemplate;
}

export interface Rollout {
  /** The pod template to apply. */
  readonly template: LiveTemplate;
  /** What to remember of it. */
  readonly last: LastRollout;
  /** First member of the template that the operator would change if it were asked to; undefined: nothing waits. */
  readonly waitsFor?: string;
}

/**
 * Which pod template a workload gets. `rendered` is what this operator makes of `asked`, and `renderAgain` what it makes
 * of what was asked for last time, undefined where it cannot read that. If the two are the same, whatever differs from
 * the template that runs comes from the operator alone, and waits. So there is no list of members that reach the pods
 * and none of defaults, which could be wrong: what a member does to this template is what counts.
 */
export function decideRollout(
  last: LastRollout | undefined,
  asked: Asked,
  rendered: LiveTemplate,
  renderAgain: (before: Asked) => LiveTemplate | undefined,
): Rollout {
  const fresh = { template: rendered, last: { asked, template: rendered } };
  if (!last || !asksTheSame(last.asked, asked, rendered, renderAgain)) return fresh;
  if (!isEqual(last.template, rendered))
    return { template: last.template, last, waitsFor: firstDifference(rendered, last.template) };
  // What changed nothing of the pods is no reason to write; what was not known then has to be known next time.
  return knowsAsMuch(last.asked, asked) ? { template: rendered, last } : fresh;
}

function asksTheSame(
  before: Asked,
  now: Asked,
  rendered: LiveTemplate,
  renderAgain: (before: Asked) => LiveTemplate | undefined,
): boolean {
  if (isEqual(before, now)) return true;
  const isAskedAnew = now.rollout !== undefined && now.rollout !== before.rollout;
  return !isAskedAnew && usesSameCredentials(before, now) && isEqual(renderAgain(before), rendered);
}

/** Of a credential that only one of two operators knows, nothing has changed. */
function usesSameCredentials({ credentials: before }: Asked, { credentials: now }: Asked): boolean {
  return Object.entries(before).every(([name, value]) => now[name] === undefined || now[name] === value);
}

function knowsAsMuch(before: Asked, now: Asked): boolean {
  const names = ({ images, credentials }: Asked): unknown => [
    Object.keys(images).toSorted(),
    Object.keys(credentials).toSorted(),
  ];
  return isEqual(names(before), names(now));
}

function firstDifference(rendered: LiveTemplate, kept: LiveTemplate): string {
  return firstDrift(rendered, kept) ?? firstDrift(kept, rendered) ?? '.spec';
}

const isEqual = (a: unknown, b: unknown): boolean => canonicalJson(a ?? null) === canonicalJson(b ?? null);

/**
 * The template of a workload that an operator made which remembered none: the live one, as far as it is ours
 * (`owned`). Only where its images are the pinned ones and its Secrets the present ones: a change of those was asked
 * for, while a volume that only one of two operators knows is the operator's. Where nothing differs, the rendered one is as good. An opt-in is not taken for acted upon.
 */
export function inferLast(
  asked: Asked,
  owned: LiveTemplate,
  rendered: LiveTemplate,
): LastRollout | undefined {
  const containers = containersOf(owned);
  const images = new Map(containersOf(rendered).map(({ name, image }) => [name, image]));
  const isPinned = containers.every(({ name, image }) => (images.get(name) ?? image) === image);
  const secrets = secretsOf(owned);
  const isPresent = [...secretsOf(rendered)].every(
    ([volume, names]) => (secrets.get(volume) ?? names) === names,
  );
  if (containers.length === 0 || !isPinned || !isPresent) return undefined;
  const { rollout: _, ...before } = asked;
  return { asked: before, template: firstDrift(rendered, owned) === undefined ? rendered : owned };
}

const containersOf = ({ spec }: LiveTemplate): readonly { name: string; image?: string }[] => [
  ...(spec?.containers ?? []),
  ...(spec?.initContainers ?? []),
];

/** Names of the Secrets by the volume that shows them. */
const secretsOf = ({ spec }: LiveTemplate): ReadonlyMap<string, string> =>
  new Map(
    (spec?.volumes ?? []).map((volume) => {
      const secrets = mountedContent([volume]).filter(({ kind }) => kind === 'Secret');
      return [volume.name, secrets.map(({ name }) => name).join(' ')];
    }),
  );

const TEXT_LIMIT = 64;

/**
 * The opt-in that holds: the annotation, else the last one. Taking it away asks for nothing, and neither does putting
 * the same text back.
 */
export function rolloutText(
  annotations: Readonly<Record<string, string>> | undefined,
  before: string | undefined,
): string | undefined {
  return annotations?.[ANNOTATION.rollout]?.slice(0, TEXT_LIMIT) ?? before;
}
