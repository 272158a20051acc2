import { KIND, LABEL, alertFilesName, alertsName } from '../../../naming/index.ts';
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
  type Target,
} from '../../../resources/index.ts';
import { ChildError } from '../child-errors.ts';
import { NOT_REQUESTED, fails, holds, type Verdict } from '../status.ts';
import { kinds, monitoringKinds } from '../types.ts';
import type { Outcome, Pass } from './phase.ts';

type Wanted = readonly (readonly [ResourceType, Manifest])[];

const UNKNOWN: Verdict = {
  status: 'Unknown',
  reason: 'Reconciling',
  message: `Whether the cluster serves ${PROMETHEUS_OPERATOR} is not known yet`,
};

/**
 * Alert rules, scraping and dashboards. They wait for nothing and nothing waits for them: rules are wanted most where the
 * rest is in trouble. Without prometheus-operator the same rules stand in a ConfigMap, and they move when it comes or goes.
 */
export async function monitoringPhase(pass: Pass): Promise<Outcome> {
  const { spec } = pass.target;
  const { state } = pass.dependencies.prometheusOperator;
  // What is there stays as it is: an operator that has just started must not move it back and forth.
  if (state === 'unknown' && spec.monitoring.enabled) return { verdict: UNKNOWN };
  const wanted = spec.monitoring.enabled ? wantedOf(pass.target, state) : [];
  const findings = await ensureAll(pass, wanted);
  await pruneMonitoring(pass, wanted);
  if (!spec.monitoring.enabled) return { verdict: NOT_REQUESTED };
  const [first] = findings;
  return { verdict: first ? fails(first) : verdictOf(pass.target, state) };
}

function wantedOf(target: Target, state: OptionalState): Wanted {
  const groups = alertGroups(target, monitoringFacts(target));
  const rules: Wanted =
    state === 'present'
      ? [
          [monitoringKinds.prometheusRules, prometheusRule(target, groups)],
          [monitoringKinds.podMonitors, podMonitor(target)],
        ]
      : [[kinds.configMaps, alertFiles(target, groups)]];
  const boards: Wanted = target.spec.monitoring.dashboards
    ? [[kinds.configMaps, dashboardsConfigMap(target, dashboards(target))]]
    : [];
  return [...rules, ...boards];
}

/** One that is in the way of an object keeps nobody from the others. */
async function ensureAll({ writer }: Pass, wanted: Wanted): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [type, manifest] of wanted) {
    try {
      await writer.ensure(type, manifest);
    } catch (error) {
      if (error instanceof ChildError) findings.push(error.finding);
      else if (isOptional(type) && error instanceof ApiError && error.isNotFound)
        findings.push(goneMeanwhile(type));
      else throw error;
    }
  }
  return findings;
}

const isOptional = (type: ResourceType): boolean => Object.values(monitoringKinds).includes(type);

/** Discovery tells of it within half a minute. */
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
    !wanted.some(([other, manifest]) => other === type && manifest.metadata.name === metadata.name);
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
    message: `The cluster does not serve ${PROMETHEUS_OPERATOR}, so ${files}. Install prometheus-operator, or have your Prometheus read them (docs/monitoring.md)`,
  });
}
