import type { Condition, StockAnalysisStatus } from '../../api/index.ts';
import {
  ANNOTATION,
  CONDITION_TYPES,
  canonicalJson,
  isConditionType,
  type ConditionType,
  type Reason,
} from '../../naming/index.ts';
import type { Finding, Warning } from '../../policies/index.ts';

/** What one pass found out about one condition. */
export interface Verdict {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason;
  readonly message: string;
  /** True where nothing but a change of the spec, or of what the message names, helps. */
  readonly stalled?: boolean;
}

export const holds = (message: string, reason: Reason = 'Available'): Verdict => ({
  status: 'True',
  reason,
  message,
});
export const fails = (finding: Finding): Verdict => ({ status: 'False', ...finding });
const isFalse = (reason: Reason, message: string): Verdict => ({ status: 'False', reason, message });
const unknown = (message: string): Verdict => ({ status: 'Unknown', reason: 'Reconciling', message });

/** Everything that a pass observed; from it the whole status follows. */
export interface Observations {
  readonly database: Verdict;
  readonly schema: Verdict;
  readonly workloads: Verdict;
  /** Informs: what is stored is served without it. */
  readonly dataSource: Verdict;
  readonly credentials: Verdict;
  /** Informs: rules, scraping, dashboards, and what notifications are sent with. Undefined: what was last known holds. */
  readonly monitoring: Verdict | undefined;
  /** Trouble that belongs to no single part, for example an error that nobody foresaw. */
  readonly failure?: Verdict | undefined;
  /** How far a requested suspension is: its reason is Suspended once nothing runs. */
  readonly suspended?: Verdict;
  /** Undefined where not every workload could be looked at: then what was last known holds. */
  readonly pendingRollout: readonly string[] | undefined;
  readonly warnings: readonly Warning[];
  readonly fields: StatusFields;
}

/** Reasons on the way to Ready; every other reason of a Ready that does not hold is worth a warning. */
export const ON_THE_WAY: ReadonlySet<string> = new Set<Reason>([
  'Progressing',
  'Reconciling',
  'WaitingForDatabase',
  'WaitingForSchema',
  'WaitingForDeletion',
  'MigrationRunning',
  'VolumePending',
  'DatabaseUnreachable',
  'Deleting',
  'Suspended',
]);

/** Members of status beside the conditions. */
export type StatusFields = Omit<StockAnalysisStatus, 'conditions' | 'observedGeneration'>;

/** In this order the first part that does not hold explains Ready, trouble before progress. */
type Gate = 'failure' | 'credentials' | 'database' | 'schema' | 'workloads';
const GATES: readonly Gate[] = ['failure', 'credentials', 'database', 'schema', 'workloads'];

export const NOT_REQUESTED = holds('The spec does not ask for it', 'NotRequested');

/** The status after a complete pass. Pure: the same observations give the same status. */
export function aggregateStatus(
  previous: StockAnalysisStatus | undefined,
  generation: number,
  observed: Observations,
  now: Date,
): StockAnalysisStatus {
  const verdicts: Record<ConditionType, Verdict | undefined> = {
    ...summary(observed),
    DatabaseReady: observed.database,
    SchemaCurrent: observed.schema,
    WorkloadsAvailable: observed.workloads,
    DataSourceAvailable: observed.dataSource,
    CredentialsFresh: observed.credentials,
    CertificateReady: NOT_REQUESTED,
    Exposed: NOT_REQUESTED,
    MonitoringReady: observed.monitoring,
    BackupFresh: NOT_REQUESTED,
    BackupVerified: NOT_REQUESTED,
    PendingRollout: observed.pendingRollout && pendingRollout(observed.pendingRollout),
    Suspended: suspended(observed.suspended),
    Warnings: warned(observed.warnings),
  };
  const conditions = CONDITION_TYPES.map((type) => {
    const verdict = verdicts[type];
    const before = previous?.conditions?.find((one) => one.type === type);
    if (!verdict && before) return before;
    return condition(previous, type, verdict ?? unknown('Not looked at yet'), generation, now);
  });
  return { ...observed.fields, observedGeneration: generation, conditions };
}

/** Ready, Reconciling and Stalled follow from the parts and never contradict each other (kstatus). */
function summary(observed: Observations): Record<'Ready' | 'Reconciling' | 'Stalled', Verdict> {
  const pending = GATES.map((name) => observed[name]).filter(
    (verdict) => verdict !== undefined && verdict.status !== 'True',
  );
  // What wants somebody's attention before what is on its way by itself.
  const gate = pending.find((verdict) => verdict && !ON_THE_WAY.has(verdict.reason)) ?? pending[0];
  if (gate === undefined) {
    const url = observed.fields.endpoints?.http;
    return {
      Ready: holds(url ? `Serves at ${url}` : 'Serves'),
      Reconciling: isFalse('UpToDate', 'Nothing is pending'),
      Stalled: isFalse('UpToDate', 'Nothing is in the way'),
    };
  }
  const { reason, message } = gate;
  const Ready = isFalse(reason, message);
  if (reason === 'Suspended') {
    const asked = isFalse(reason, message);
    return { Ready, Reconciling: asked, Stalled: asked };
  }
  if (gate.stalled) {
    return { Ready, Reconciling: isFalse(reason, message), Stalled: holds(message, reason) };
  }
  return {
    Ready,
    Reconciling: holds(message, reason),
    Stalled: isFalse('Progressing', 'Nothing is in the way for good'),
  };
}

function warned(warnings: readonly Warning[]): Verdict {
  const [first] = warnings;
  if (!first) return isFalse('UpToDate', 'The spec holds nothing risky');
  return holds(warnings.map(({ message }) => message).join('; '), first.reason);
}

function suspended(verdict: Verdict | undefined): Verdict {
  if (!verdict) return isFalse('NotRequested', 'The spec does not ask for it');
  return verdict.reason === 'Suspended' ? holds(verdict.message, verdict.reason) : verdict;
}

function pendingRollout(pending: readonly string[]): Verdict {
  if (pending.length === 0) return isFalse('UpToDate', 'Nothing waits for a restart');
  const message = `This operator would restart pods and waits to be told so: ${pending.join('; ')}. Annotate the object with ${ANNOTATION.rollout} and a new text to roll out everything; a change of the spec that restarts a workload brings what waits for it, and an image that the spec names is used`;
  return holds(message, 'DefaultsChanged');
}

/** What says something of the object as a whole; of a generation that nobody has judged it says nothing yet. */
const SUMMARY: ReadonlySet<ConditionType> = new Set(['Ready', 'Reconciling', 'Stalled']);

/**
 * The first write for a new object or a new generation, before anything is done: Ready is Unknown at once, so that
 * `kubectl wait` can never pass on what was true before the change (P1). Parts not judged yet keep their old verdict
 * together with the generation that it was made for.
 */
export function openGeneration(
  previous: StockAnalysisStatus | undefined,
  generation: number,
  fields: StatusFields,
  now: Date,
): StockAnalysisStatus {
  const message = `Generation ${generation} is seen and not judged yet`;
  const isNew = previous?.observedGeneration !== generation;
  const conditions = CONDITION_TYPES.map((type) => {
    const before = previous?.conditions?.find((one) => one.type === type);
    if (before && !(isNew && SUMMARY.has(type))) return before;
    return condition(previous, type, firstVerdict(type, message), generation, now);
  });
  return { ...fields, observedGeneration: generation, conditions };
}

function firstVerdict(type: ConditionType, message: string): Verdict {
  if (type === 'Reconciling') return holds(message, 'Reconciling');
  if (type === 'Stalled') return isFalse('Reconciling', message);
  return unknown(message);
}

/** Status of an object that is judged only as a whole: the parts keep what was last known of them. */
export function overallStatus(
  previous: StockAnalysisStatus | undefined,
  generation: number,
  verdict: Verdict,
  now: Date,
): StockAnalysisStatus {
  const { conditions: _, observedGeneration: __, ...fields } = previous ?? {};
  const opened = openGeneration(previous, generation, fields, now);
  const { reason, message } = verdict;
  const overall: Partial<Record<string, Verdict>> = {
    Ready: isFalse(reason, message),
    Reconciling: verdict.stalled ? isFalse(reason, message) : holds(message, reason),
    Stalled: verdict.stalled
      ? holds(message, reason)
      : isFalse('Progressing', 'Nothing is in the way for good'),
  };
  const conditions = (opened.conditions ?? []).map((before) => {
    const next = overall[before.type];
    return next && isConditionType(before.type)
      ? condition(previous, before.type, next, generation, now)
      : before;
  });
  return { ...opened, conditions };
}

const MESSAGE_LIMIT = 2000;

function condition(
  previous: StockAnalysisStatus | undefined,
  type: ConditionType,
  verdict: Verdict,
  generation: number,
  now: Date,
): Condition {
  const before = previous?.conditions?.find((one) => one.type === type);
  const message = verdict.message.slice(0, MESSAGE_LIMIT);
  return {
    type,
    status: verdict.status,
    observedGeneration: generation,
    lastTransitionTime: before?.status === verdict.status ? before.lastTransitionTime : timestamp(now),
    reason: verdict.reason,
    message: before && saysMore(before, verdict.reason, message) ? before.message : message,
  };
}

/**
 * Some components alternate between a cause and a bare statement of the same trouble (a kubelet between two pulls).
 * The fuller text stays: it is as true as before, and every flip would be a write.
 */
function saysMore(before: Condition, reason: Reason, message: string): boolean {
  return before.reason === reason && before.message.startsWith(`${message}:`);
}

/** RFC 3339 to the second, as metav1.Time is. */
function timestamp(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** True where writing would change anything: an equal status is never sent again. */
export function statusDiffers(previous: StockAnalysisStatus | undefined, next: StockAnalysisStatus): boolean {
  return canonicalJson(previous ?? {}) !== canonicalJson(next);
}

/** What a write of status changes, for the log: conditions by type, status and reason, other members by name. */
export function changesOf(previous: StockAnalysisStatus | undefined, next: StockAnalysisStatus): string[] {
  const { conditions: before = [], ...fieldsBefore } = previous ?? {};
  const { conditions = [], ...fields } = next;
  const changed = conditions.filter((now) => {
    const old = before.find(({ type }) => type === now.type);
    return canonicalJson(old ?? {}) !== canonicalJson(now);
  });
  const names = [...new Set([...Object.keys(fieldsBefore), ...Object.keys(fields)])];
  const valuesBefore: Readonly<Record<string, unknown>> = fieldsBefore;
  const values: Readonly<Record<string, unknown>> = fields;
  return [
    ...changed.map(({ type, status, reason }) => `${type}=${status} ${reason}`),
    ...names.filter(
      (name) => canonicalJson(valuesBefore[name] ?? null) !== canonicalJson(values[name] ?? null),
    ),
  ];
}

/** Whether a database was seen to work, or a schema: then something exists that only the existing passwords open. */
export const hasServed = (status: StockAnalysisStatus): boolean =>
  status.database?.systemIdentifier !== undefined || status.schema?.migration !== undefined;

export function readyOf(status: StockAnalysisStatus | undefined): Condition | undefined {
  return status?.conditions?.find((one) => one.type === 'Ready');
}
