/** What the routes below /monitoring, and the deliveries, answer. Times are ISO 8601. */
export type Status = 'up' | 'degraded' | 'down';

/** What one process sees of a component. */
export interface ComponentView {
  readonly process: string;
  readonly role: string;
  readonly status: Status;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly responseTimeMs: number;
  readonly checkedAt: string;
  readonly lastSuccessAt: string | null;
  readonly ageSeconds: number;
}

export interface Component {
  readonly name: string;
  readonly status: Status;
  readonly responseTimeMs: number | null;
  readonly checkedAt: string | null;
  readonly lastSuccessAt: string | null;
  /** For operators. */
  readonly message?: string;
  readonly processes?: readonly ComponentView[];
}

export interface Health {
  readonly status: Status;
  /** Absent for strangers, and for everybody while no session can be read. */
  readonly components?: readonly Component[];
  readonly notConfigured?: readonly string[];
}

/** The whole state; all but the word for operators. */
export interface PlatformStatus {
  readonly status: Status;
  readonly process?: Readonly<Record<string, unknown>>;
  readonly health?: Health;
  readonly sections?: Readonly<Record<string, object>>;
}

export type MetricKind = 'gauge' | 'counter';

/**
 * `at` is the end of the time that a point is about; `value` the mean of a gauge, what was added to a counter; `total` what
 * all processes had together, `smallest` and `largest` what any of them read.
 */
export interface MetricPoint {
  readonly at: string;
  readonly value: number;
  readonly total: number;
  readonly smallest: number;
  readonly largest: number;
  /** In what time a counter gained its value; more than the step where nothing could be recorded before. */
  readonly seconds: number;
}

export interface MetricAnswer {
  readonly name: string;
  readonly kind: MetricKind;
  /** Seconds that each point is about. */
  readonly step: number;
  readonly series: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly points: readonly MetricPoint[];
  }[];
}

export interface MetricName {
  readonly name: string;
  readonly kind: MetricKind;
}

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];
export type AlertState = 'pending' | 'firing' | 'resolved';

export interface Suppression {
  readonly reason: string;
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

export interface Alert {
  readonly id: string;
  readonly fingerprint: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly state: AlertState;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
  readonly value: number | null;
  readonly limit: number | null;
  readonly startsAt: string;
  readonly firstFiredAt: string | null;
  readonly firedAt: string | null;
  readonly endsAt: string | null;
  readonly endReason: string | null;
  readonly evaluations: number;
  readonly reopened: number;
  readonly messages: number;
  readonly escalatedAt: string | null;
  readonly acknowledgedAt: string | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgement: string | null;
  readonly suppressed: readonly Suppression[];
}

export interface Paged<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export type Matchers = Readonly<Record<string, string>>;

export interface Silence {
  readonly id: string;
  readonly matchers: Matchers;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly comment: string;
  readonly createdAt: string;
  readonly createdBy: string | null;
  /** That it fits, whether it holds yet or not. */
  readonly activeAlerts: number;
}

/** As `rules/definition.ts` of the server has them; what is absent has its default. */
export type Condition = Readonly<Record<string, unknown>> & { readonly kind: string };

export interface RuleBody {
  readonly severity: Severity;
  readonly summary: string;
  readonly description: string;
  readonly condition: Condition;
  readonly forSeconds: number;
  readonly keepFiringSeconds: number;
  readonly cooldownSeconds: number;
  /** Undefined: as the platform is configured. */
  readonly escalateAfterSeconds?: number;
  readonly inhibitedBy: readonly string[];
  readonly isEnabled: boolean;
}

export interface Rule extends RuleBody {
  readonly escalateAfterSeconds: number;
  readonly name: string;
  readonly origin: 'builtin' | 'changed' | 'own';
}

/** With what is likely a slip in it, in the words of the server. */
export interface WrittenRule extends Rule {
  readonly warnings: readonly string[];
}

export const CHANNELS = ['email', 'webhook'] as const;
export type Channel = (typeof CHANNELS)[number];
export const DELIVERY_STATES = ['queued', 'sent', 'failed', 'dead', 'superseded'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface DeliveryAttempt {
  readonly at: string;
  readonly outcome: 'sent' | 'failed' | 'dead';
  readonly code?: string;
  readonly error?: string;
  readonly milliseconds: number;
}

export interface Delivery {
  readonly id: string;
  readonly channel: string;
  readonly state: DeliveryState;
  readonly subject: string;
  readonly transition: string;
  readonly title: string;
  readonly createdAt: string;
  readonly messageId: string | null;
  readonly attempts: readonly DeliveryAttempt[];
  readonly nextAttemptAt: string | null;
}

export const ERROR_STATUSES = ['open', 'resolved', 'ignored'] as const;
export type ErrorStatus = (typeof ERROR_STATUSES)[number];
export type ErrorDecision = 'resolve' | 'ignore' | 'reopen';

/** One thing that goes wrong, however often it does. */
export interface TrackedError {
  readonly id: string;
  readonly fingerprint: string;
  readonly type: string;
  readonly message: string;
  readonly role: string;
  readonly count: number;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly lastRequestId: string | null;
  readonly lastTraceId: string | null;
  readonly version: string;
  readonly status: ErrorStatus;
  readonly statusAt: string | null;
  readonly statusReason: string | null;
  /** When it came back though it was resolved. */
  readonly regressedAt: string | null;
}

export interface ErrorOccurrence {
  readonly at: string;
  readonly requestId?: string;
  readonly traceId?: string;
  readonly userId?: string;
  readonly runId?: string;
  readonly process: string;
}

export interface TrackedErrorDetails extends TrackedError {
  readonly stack: string | null;
  readonly context: Readonly<Record<string, string>>;
  readonly samples: readonly ErrorOccurrence[];
  /** Of the last 48 h; an hour without it is missing. */
  readonly hours: readonly { readonly hour: string; readonly count: number }[];
}

export const SLOW_KINDS = ['query', 'route', 'job', 'event-loop'] as const;
export type SlowKind = (typeof SLOW_KINDS)[number];

export interface SlowRecord {
  readonly id: string;
  readonly kind: SlowKind;
  readonly name: string;
  readonly milliseconds: number;
  readonly at: string;
  readonly process: string;
  readonly role: string;
  readonly requestId: string | null;
  readonly traceId: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogLevelOrder {
  readonly role: string;
  readonly level: string;
  readonly reason: string;
  readonly setBy: string | null;
  readonly setAt: string;
  readonly until: string;
}

export interface LogLevelState {
  readonly level: string;
  readonly configured: string;
  readonly until: string | null;
  readonly orders: readonly LogLevelOrder[];
  readonly processes: readonly {
    readonly process: string;
    readonly role: string;
    readonly level: string;
    readonly configured: string;
    readonly seenAt: string;
  }[];
}

export const REPORT_KINDS = ['daily', 'weekly'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

export interface ReportItem {
  readonly id: string;
  readonly kind: ReportKind;
  readonly from: string;
  readonly to: string;
  readonly createdAt: string;
  /** Of what was observed, 0 to 1; null: nothing was. */
  readonly availability: number | null;
  /** Share of the period that was observed, 0 to 1; null: it is not known. */
  readonly observed: number | null;
  readonly incidents: number;
  /** In one line. */
  readonly verdict: string;
  /** Over which channels it was told, as far as that is kept. */
  readonly deliveries: readonly { readonly channel: string; readonly state: DeliveryState }[];
}
