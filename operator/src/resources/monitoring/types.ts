import type { Target } from '../manifest.ts';

/** Group and version of the kinds of prometheus-operator. */
export const PROMETHEUS_OPERATOR = 'monitoring.coreos.com/v1';

/** Whose rules and dashboards are built. Everything that one object is asked for stands in `spec.monitoring`. */
export type MonitoringTarget = Pick<Target, 'namespace' | 'name' | 'spec'>;

/** What the rules need beside the spec. */
export interface MonitoringFacts {
  /** Where the operator runs: its own series carry this as `namespace`. */
  readonly operatorNamespace: string;
  /** Folder of the runbook pages, ending in `/`; a page is this and `NAME.md`. Undefined: a link would lead nowhere. */
  readonly runbookBaseURL?: string;
}

/** `none` is told to nobody: it is there for what it inhibits. */
export type Severity = 'none' | 'info' | 'warning' | 'critical';

/** `severity` decides who is woken. Prometheus adds the labels of the series. */
export interface AlertLabels {
  readonly severity: Severity;
  readonly [label: string]: string;
}

export interface AlertAnnotations {
  readonly summary: string;
  readonly description: string;
  readonly runbook_url?: string;
  readonly [annotation: string]: string | undefined;
}

/** A rule that fires; `expr` is PromQL, `for` and `keep_firing_for` are durations of Prometheus, for example `5m`. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels: AlertLabels;
  readonly annotations: AlertAnnotations;
}

/** A rule that stores the result of `expr` as a series of its own. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A group is evaluated in order and at once. Its name is unique within the file of one object. */
export interface RuleGroup {
  readonly name: string;
  readonly interval?: string;
  readonly rules: readonly (AlertRule | RecordingRule)[];
}

/** One dashboard as Grafana's sidecar loads it: `fileName` ends in `.json`, `uid` has at most 40 characters. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly fileName: string;
  readonly json: Readonly<Record<string, unknown>>;
}
