import { parseSpec } from '../../api/index.ts';
import { ANNOTATION, FIELD_MANAGER, type ConditionType } from '../../naming/index.ts';
import { ownedPart, type KubeObject, type ResourceType } from '../../kube/index.ts';
import {
  decideRollout,
  inferLast,
  mountedContent,
  mountedNames,
  type Asked,
  type LastRollout,
  type LiveDeployment,
  type LiveStatefulSet,
  type LiveTemplate,
  type Rollout,
} from '../../policies/index.ts';
import type { Manifest, Target } from '../../resources/index.ts';
import { withAnnotation } from './desired.ts';
import { decodeLast, textOfLast } from './last-rollout.ts';
import type { Pass } from './phases/phase.ts';
import { kinds } from './types.ts';

type LiveWorkload = (LiveDeployment | LiveStatefulSet) & KubeObject;

/** A workload and what decides over its pods. */
export interface Workload {
  readonly name: string;
  /** The condition that judges it. */
  readonly condition: ConditionType;
  readonly credentials: Asked['credentials'];
  /** For the present object, and for what was asked for earlier. */
  readonly build: (target: Target) => Manifest;
}

/**
 * Ensures a workload with the pod template that it has for as long as the spec, the pinned images and the credentials
 * ask for nothing else: a newer operator builds other templates, and restarts nobody's pods with them by itself. What
 * it would change is listed in `pass.pending`.
 */
export function ensureWorkload<T extends LiveWorkload>(
  pass: Pass,
  type: ResourceType<T>,
  workload: Workload,
): Promise<T> {
  const manifest = workload.build(pass.target);
  return pass.writer.ensureAfter(type, workload.name, async (live) => {
    const decision = await decide(pass, type, workload, templateOf(manifest), live);
    const text = textOfLast(decision.last, live?.metadata.annotations?.[ANNOTATION.lastRollout]);
    return withAnnotation(withTemplate(manifest, decision.template), ANNOTATION.lastRollout, text);
  });
}

/** For a workload whose turn has not come: what waits for a rollout is listed, and nothing is written. */
export async function notePending<T extends LiveWorkload>(
  pass: Pass,
  type: ResourceType<T>,
  workload: Workload,
): Promise<void> {
  const live = pass.writer.peek(type, workload.name);
  if (live) await decide(pass, type, workload, templateOf(workload.build(pass.target)), live);
}

async function decide(
  pass: Pass,
  type: ResourceType<LiveWorkload>,
  workload: Workload,
  rendered: LiveTemplate,
  live: LiveWorkload | undefined,
): Promise<Rollout> {
  const { target, status, pending } = pass;
  const { spec, images } = target;
  const rollout = status.rollout === undefined ? {} : { rollout: status.rollout };
  const asked: Asked = { spec, images: { ...images }, credentials: workload.credentials, ...rollout };
  const last = live && (await lastOf(pass, type, workload, live, asked, rendered));
  const decision = decideRollout(last, asked, rendered, (before) => rebuild(target, workload, before));
  if (decision.waitsFor !== undefined) pending.push(`${type.kind} ${workload.name}: ${decision.waitsFor}`);
  return decision;
}

function templateOf(manifest: Manifest): LiveTemplate {
  return (manifest['spec'] as { readonly template: LiveTemplate }).template;
}

function withTemplate(manifest: Manifest, template: LiveTemplate): Manifest {
  return { ...manifest, spec: { ...(manifest['spec'] as object), template } };
}

function rebuild(target: Target, { build }: Workload, before: Asked): LiveTemplate | undefined {
  const parsed = parseSpec(before.spec);
  if (!parsed.ok) return undefined;
  return templateOf(build({ ...target, spec: parsed.spec, images: { ...target.images, ...before.images } }));
}

/** What was rolled out last; undefined where that cannot be told, or cannot run any more. */
async function lastOf(
  pass: Pass,
  type: ResourceType,
  workload: Workload,
  live: LiveWorkload,
  asked: Asked,
  rendered: LiveTemplate,
): Promise<LastRollout | undefined> {
  const known = decodeLast(live.metadata.annotations?.[ANNOTATION.lastRollout]);
  const last = known ?? (await inferred(pass, type, workload, live, asked, rendered));
  const missing = last && (await missingContent(pass, last.template, rendered));
  if (missing === undefined) return last;
  // Only the operator that made it could make it again, and without it no new pod of this template starts.
  pass.visit.log.info({ child: workload.name, missing }, 'the template in use mounts what is gone');
  return undefined;
}

/**
 * For workloads of operators before the annotation, once: they carry our hash, and were seen to do what this very
 * generation asks for. Otherwise a change of the spec that nobody has rolled out yet would be taken for rolled out.
 */
async function inferred(
  pass: Pass,
  type: ResourceType,
  { name, condition }: Workload,
  live: LiveWorkload,
  asked: Asked,
  rendered: LiveTemplate,
): Promise<LastRollout | undefined> {
  const { object, status, dependencies, target, visit } = pass;
  const judged = status.conditions?.find((one) => one.type === condition);
  const isRolledOut = judged?.status === 'True' && judged.observedGeneration === object.metadata.generation;
  if (!isRolledOut || live.metadata.annotations?.[ANNOTATION.appliedHash] === undefined) return undefined;
  const whole = await dependencies.client.get(type, { namespace: target.namespace, name }, visit.signal);
  if (whole?.metadata.uid !== live.metadata.uid) return undefined;
  const owned = ownedPart(whole, FIELD_MANAGER) as LiveWorkload | undefined;
  const template = owned?.spec?.template;
  return template && inferLast(asked, template, rendered);
}

/** Something that the kept template mounts, the rendered one does not, and that is not there. */
async function missingContent(
  { writer }: Pass,
  kept: LiveTemplate,
  rendered: LiveTemplate,
): Promise<string | undefined> {
  const present = new Set(mountedNames(rendered.spec?.volumes ?? []));
  for (const { kind, name } of mountedContent(kept.spec?.volumes ?? [])) {
    if (present.has(name)) continue;
    const found = await writer.find(kind === 'Secret' ? kinds.secrets : kinds.configMaps, name);
    if (!found) return name;
  }
  return undefined;
}
