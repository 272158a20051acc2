import {
  KIND,
  LABEL,
  alertFilesName,
  alertsName,
  dashboardsName,
  podMonitorName,
} from '../../../naming/index.ts';
import { ApiError, type KubeObject, type OptionalState, type ResourceType } from '../../../kube/index.ts';
import { ownershipOf, type Finding } from '../../../policies/index.ts';
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
import { ChildError } from '../child-errors.ts';
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
  const findings = await ensureAll(pass, wanted);
  await pruneMonitoring(pass, wanted);
  if (!spec.monitoring.enabled) return { verdict: NOT_REQUESTED, output: JUDGED };
  const [first] = findings;
  return { verdict: first ? fails(first) : verdictOf(pass.target, state), output: JUDGED };
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

/** One that is in the way of an object keeps nobody from the others. */
async function ensureAll(pass: Pass, wanted: Wanted): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const child of wanted) {
    const { type } = child;
    try {
      await ensureChild(pass, child);
    } catch (error) {
      if (error instanceof ChildError) findings.push(error.finding);
      else if (isOptional(type) && error instanceof ApiError && error.isNotFound)
        findings.push(goneMeanwhile(type));
      else throw error;
    }
  }
  return findings;
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
async function pruneMonitoring({ target, children, writer }: Pass, wanted: Wanted): Promise<void> {
  const owner = { name: target.name, uid: target.uid, kind: KIND };
  const isObsolete = (type: ResourceType, { metadata }: KubeObject): boolean =>
    metadata.labels?.[LABEL.component] === 'monitoring' &&
    metadata.deletionTimestamp === undefined &&
    !wanted.some((child) => child.type === type && child.name === metadata.name);
  for (const type of [kinds.configMaps, ...Object.values(monitoringKinds)] as readonly ResourceType[]) {
    for (const live of children.all(type))
      if (isObsolete(type, live) && ownershipOf(live, owner) === 'ours') await writer.remove(type, live);
  }
}

function verdictOf({ name }: Target, state: OptionalState): Verdict {
  const files = `alert rules and scrape configuration are files in ConfigMap ${alertFilesName(name)}`;
  if (state === 'present') return holds(`Alert rules are PrometheusRule ${alertsName(name)}`);
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
