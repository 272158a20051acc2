import type { Bucket } from '../../history/quantiles.ts';
import type { Severity } from '../../alerts/rules/definition.ts';
import type { Period } from '../period.ts';
import type { Section } from './section.ts';
import type { Span } from './spans.ts';

/** What all servers together said in one window. */
export interface WindowFacts {
  /** Share of the readings of `database`, `schema` and `api` that were up, of the one that was up least; 0 to 1. */
  readonly ready: number;
  /** Answered; without `aborted`. */
  readonly requests: number;
  /** Of them with 5xx. */
  readonly failed: number;
  /** Given up by who asked before the answer was there: neither served nor failed. */
  readonly aborted: number;
  /** Durations of requests in seconds, as a histogram; none where no bucket was stored. */
  readonly durations: readonly Bucket[];
}

/** An alert that fired. Times in milliseconds since 1970. */
export interface AlertFact {
  readonly id: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly startedAt: number;
  /** First time, where it came back. */
  readonly firedAt: number;
  readonly resolvedAt: number | undefined;
  /** From the firing that somebody acknowledged first to that; undefined: nobody did. */
  readonly secondsToAcknowledge: number | undefined;
}

export interface MessageFact {
  readonly channel: string;
  /** Accepted, given up, and not yet the one or the other. */
  readonly sent: number;
  readonly dead: number;
  readonly waiting: number;
  /** Attempts that were not taken. */
  readonly failedAttempts: number;
}

export interface LoadFact {
  readonly kind: string;
  readonly completed: number;
  readonly failed: number;
  readonly rows: number;
  readonly quarantined: number;
}

/** How often a component was seen how, by the worst reading of each window. */
export interface ComponentFact {
  readonly component: string;
  readonly up: number;
  readonly degraded: number;
  readonly down: number;
}

/** Trading days that are over and of which no bar is stored. */
export interface LagFact {
  readonly source: string;
  /** When a worker wrote last; null: it was not known then. */
  readonly last: number | null;
  readonly largest: number;
}

/** A time in which the database gave no answer, from the first look that had none to the last. */
export interface Outage extends Span {
  /**
   * No server wrote a sample that was due in it. Else it may have been one process that did not reach the database: it says
   * why nobody wrote, where nobody did, and no more.
   */
  readonly isSure: boolean;
}

/** Who was there when, as the samples say that each process writes at an even pace. */
export interface Presence {
  /** At least one server wrote; each without a gap. */
  readonly servers: readonly Span[];
  /** At least one worker wrote, so the database took samples. */
  readonly workers: readonly Span[];
  readonly outages: readonly Outage[];
}

/** What is known of one period. Windows are named by their end. */
export interface PeriodFacts {
  readonly period: Period;
  /** Length of a window in seconds: as fine as what is stored of that time, and five minutes at least. */
  readonly stepSeconds: number;
  readonly servers: ReadonlyMap<number, WindowFacts>;
  readonly presence: Presence;
  readonly alerts: readonly AlertFact[];
}

/** Room on a disk. `used` is told for each hour, oldest first, as far back as 28 days. */
export interface StorageFact {
  readonly name: string;
  readonly used: readonly (readonly [at: number, bytes: number])[];
  /** Undefined where nobody can know it, as of a database server elsewhere. */
  readonly availableBytes: number | undefined;
  readonly sizeBytes: number | undefined;
}

export interface Facts {
  readonly at: number;
  readonly now: PeriodFacts;
  readonly before: PeriodFacts;
  readonly messages: readonly MessageFact[];
  readonly loads: readonly LoadFact[];
  readonly lags: readonly LagFact[];
  /** Undefined where no worker wrote anything. */
  readonly openQuarantine: number | undefined;
  readonly components: readonly ComponentFact[];
  readonly storage: readonly StorageFact[];
  readonly sections: readonly Section[];
  /** Of availability, 0 to 1. */
  readonly objective: number;
}
