import {
  KIND,
  LABEL,
  alertFilesName,
  alertsName,
  dashboardsName,
  podMonitorName,
} from '../../../naming/index.ts';
import {
  ApiError,
  TransportError,
  type KubeObject,
  type OptionalState,
  type ResourceType,
} from '../../../kube/index.ts';
import { excerpt, ownershipOf, type Finding } from '../../../policies/index.ts';
import {
  PROMETHEUS_OPERATOR,
  alertFiles,
  alertGroups,
  dashboards,
  dashboardsConfigMap,
  monitoringFacts,
  podMonitor,
  prometheusRule,
  type Manifest,
  type RuleGroup,
  type Target,
} from '../../../resources/index.ts';
import { ChildError, endsVisit } from '../child-errors.ts';
import { difference } from '../desired.ts';
import { NOT_REQUESTED, fails, holds, type Verdict } from '../status.ts';
import { kinds, monitoringKinds } from '../types.ts';
import type { Outcome, Pass } from './phase.ts';

interface Child {
  readonly type: ResourceType;
  readonly name: string;
  /** From the object's name and spec, and from nothing else that changes while this process runs. */
  readonly build: () => Manifest;
}

type Wanted = readonly Child[];

const UNKNOWN: Verdict = {
  status: 'Unknown',
  reason: 'Reconciling',
  message: `Whether the cluster serves ${PROMETHEUS_OPERATOR} is not known yet`,
};

/** Somebody has looked at what the cluster serves, so that something could be said. */
export interface Monitoring {
  readonly isJudged: true;
}

const JUDGED: Monitoring = { isJudged: true };

/** Before a lost race is run again. */
const RACE_MS = 1_000;

/**
 * Alert rules, scraping and dashboards. They wait for nothing and nothing waits for them: rules are wanted most where the
 * rest is in trouble. Without prometheus-operator the same rules stand in a ConfigMap, and they move when it comes or goes.
 */
export async function monitoringPhase(pass: Pass): Promise<Outcome<Monitoring>> {
  const { spec } = pass.target;
  const { state } = pass.dependencies.prometheusOperator;
  // What is there stays as it is, and what was said of it: an operator that has just started must not move it back and forth.
  if (state === 'unknown' && spec.monitoring.enabled) return { verdict: UNKNOWN };
  const wanted = spec.monitoring.enabled ? wantedOf(pass.target, state) : [];
  const troubles = [...(await ensureAll(pass, wanted)), ...(await pruneMonitoring(pass, wanted))];
  const finding = troubles.find((trouble) => trouble !== LOST_RACE);
  if (finding) return { verdict: fails(finding), output: JUDGED };
  if (troubles.length > 0) return { verdict: UNKNOWN, requeueAfterMs: RACE_MS };
  return { verdict: spec.monitoring.enabled ? verdictOf(pass.target, state) : NOT_REQUESTED, output: JUDGED };
}

function wantedOf(target: Target, state: OptionalState): Wanted {
  const { name, spec } = target;
  const groups = (): readonly RuleGroup[] => alertGroups(target, monitoringFacts(target));
  const child = (type: ResourceType, childName: string, build: () => Manifest): Child => ({
    type,
    name: childName,
    build,
  });
  const { prometheusRules, podMonitors } = monitoringKinds;
  const rules =
    state === 'present'
      ? [
          child(prometheusRules, alertsName(name), () => prometheusRule(target, groups())),
          child(podMonitors, podMonitorName(name), () => podMonitor(target)),
        ]
      : [child(kinds.configMaps, alertFilesName(name), () => alertFiles(target, groups()))];
  if (!spec.monitoring.dashboards) return rules;
  const boards = (): Manifest => dashboardsConfigMap(target, dashboards(target));
  return [...rules, child(kinds.configMaps, dashboardsName(name), boards)];
}

/** Somebody else was faster: the next visit works on what they wrote, and nothing is to be told. */
const LOST_RACE = 'lost race';
type Trouble = Finding | typeof LOST_RACE;

/** One that is in the way of an object keeps nobody from the others. */
async function ensureAll(pass: Pass, wanted: Wanted): Promise<readonly Trouble[]> {
  const troubles: (Trouble | undefined)[] = [];
  for (const child of wanted)
    troubles.push(await attempt(pass, child.type, child.name, () => ensureChild(pass, child)));
  return troubles.filter((trouble) => trouble !== undefined);
}

/**
 * Whatever is in the way here is told in MonitoringReady and stops nothing: an unreachable webhook of prometheus-operator,
 * or a CRD that is on its way out, must not keep anybody from hearing of the database.
 * @throws what ends every visit, and what says that the API server itself cannot be worked with
 */
async function attempt(
  pass: Pass,
  type: ResourceType,
  name: string,
  work: () => Promise<void>,
): Promise<Trouble | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (endsVisit(error, pass.visit) || isOfAPIServer(error)) throw error;
    if (error instanceof ChildError) return error.finding;
    if (isOptional(type) && error instanceof ApiError && error.isNotFound) return goneMeanwhile(type);
    if (error instanceof ApiError && (error.isConflict || error.isAlreadyExists || error.isNotFound))
      return LOST_RACE;
    pass.visit.log.error({ err: error, kind: type.kind, child: name }, 'monitoring cannot be brought about');
    return { reason: 'ReconcileFailed', message: `${type.kind} ${name}: ${saidBy(error)}` };
  }
}

/** A write without an answer in time may be waiting for a webhook; other lost connections are those of every request. */
const isOfAPIServer = (error: unknown): boolean =>
  error instanceof TransportError
    ? error.code !== 'DEADLINE'
    : error instanceof ApiError && (error.isTooManyRequests || error.isUnauthorized);

function saidBy(error: unknown): string {
  if (error instanceof ApiError) return excerpt(`${error.status} ${error.serverMessage}`);
  return excerpt(error instanceof Error ? error.message : String(error));
}

/** Built only where it may be another one than last time, or is not there as it was built. */
async function ensureChild(
  { object, writer, dependencies }: Pass,
  { type, name, build }: Child,
): Promise<void> {
  const { uid, generation } = object.metadata;
  const origin = String(generation);
  const live = writer.peek(type, name);
  const known = dependencies.knownManifests.get(uid, `${type.kind} ${name}`, origin);
  if (live && known && difference(known, live) === undefined) return;
  const manifest = build();
  await writer.ensure(type, manifest);
  dependencies.knownManifests.set(uid, `${type.kind} ${name}`, origin, manifest);
}

const isOptional = (type: ResourceType): boolean => Object.values(monitoringKinds).includes(type);

/** Discovery tells of it within a minute. */
const goneMeanwhile = ({ kind }: ResourceType): Finding => ({
  reason: 'PrometheusOperatorAbsent',
  message: `The cluster does not serve ${kind} any more; the rules become files when that is certain`,
});

/** After what takes its place is there. Labels can be copied by anybody: what is not ours stays. */
async function pruneMonitoring(pass: Pass, wanted: Wanted): Promise<readonly Trouble[]> {
  const { target, children, writer } = pass;
  const owner = { name: target.name, uid: target.uid, kind: KIND };
  const isObsolete = (type: ResourceType, { metadata }: KubeObject): boolean =>
    metadata.labels?.[LABEL.component] === 'monitoring' &&
    metadata.deletionTimestamp === undefined &&
    !wanted.some((child) => child.type === type && child.name === metadata.name);
  const troubles: (Trouble | undefined)[] = [];
  for (const type of [kinds.configMaps, ...Object.values(monitoringKinds)] as readonly ResourceType[]) {
    for (const live of children.all(type))
      if (isObsolete(type, live) && ownershipOf(live, owner) === 'ours')
        troubles.push(await attempt(pass, type, live.metadata.name, () => writer.remove(type, live)));
  }
  return troubles.filter((trouble) => trouble !== undefined);
}

/** Who reads them only a Prometheus knows, which may ask for labels: who set none has perhaps no alerts at all. */
function selectedBy(labels: Readonly<Record<string, string>> = {}): string {
  const written = Object.entries(labels).map((label) => label.join('='));
  return written.length > 0
    ? `, labelled ${written.join(', ')} for the Prometheus that selects by that`
    : '. spec.monitoring.labels is empty: a Prometheus that selects by a label, as that of kube-prometheus-stack does by release, does not read them';
}

function verdictOf({ name, spec }: Target, state: OptionalState): Verdict {
  const files = `alert rules and scrape configuration are files in ConfigMap ${alertFilesName(name)}`;
  if (state === 'present')
    return holds(`Alert rules are PrometheusRule ${alertsName(name)}${selectedBy(spec.monitoring.labels)}`);
  if (state === 'forbidden')
    return fails({
      reason: 'OperatorNotPermitted',
      message: `The operator may not list PrometheusRules and PodMonitors of its namespaces, so ${files}. Give it the Role of this version: upgrade the chart, or apply manifests/install.yaml`,
    });
  return fails({
    reason: 'PrometheusOperatorAbsent',
    message: `The cluster does not serve ${PROMETHEUS_OPERATOR}, so ${files}. Install prometheus-operator, or have your Prometheus read them (docs/prometheus.md)`,
  });
}
