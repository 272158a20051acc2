import { messageOf } from '../../common/configuration/errors.ts';
import type { Metrics } from '../../monitoring/metrics/metrics.ts';
import { CONTRACT_VIOLATIONS, type ContractViolation, type SourceFailure } from '../source-error.ts';

/** What was to be asked, or was. */
export interface Asked {
  /** The upstream's function: its circuit, and the label of its metrics. */
  readonly operation: string;
  /** Whose budget it uses. */
  readonly host: string;
  /** Path and query; the same path at the same time is one call. */
  readonly path: string;
}

/** What the gateway tells of its work. */
export interface UpstreamObserver {
  /**
   * A call that was sent and has ended; `abandoned`: whoever wanted it went away.
   * @param cause what the network or the source said
   */
  called(asked: Asked, outcome: 'ok' | 'abandoned' | SourceFailure, seconds: number, cause?: unknown): void;
  /** A call that was not sent, and may be from `retryAt` on. */
  heldBack(asked: Asked, why: 'over_budget' | 'resting', retryAt: Date): void;
  violated(operation: string, kind: ContractViolation): void;
  tokens(host: string, left: number): void;
  /** How old the answer was that was given where last good ones are kept; 0: it came just now. */
  keptAge(operation: string, seconds: number): void;
}

/** The functions of the source that the adapter knows. */
const OPERATIONS = { max: 20 };
const REASONS = ['over_budget', 'resting'] as const;
const CALL_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 180];

/** Tells the process's metrics, and at `debug` its log. */
export function observeWith(
  metrics: Metrics,
  debug: (fields: object, text: string) => void,
): UpstreamObserver {
  const calls = metrics.histogram(
    'upstream_call_duration_seconds',
    'Calls of the market data source that were sent, by function and outcome',
    { operation: OPERATIONS, outcome: { max: 12 } },
    { buckets: CALL_BUCKETS, sets: 60 },
  );
  const heldBack = metrics.counter(
    'upstream_held_back_total',
    'Calls of the market data source that were not sent: over_budget (of the host) or resting (after failures)',
    { operation: OPERATIONS, reason: REASONS },
  );
  const violations = metrics.counter(
    'contract_violations_total',
    'Answers of the market data source that were refused because they break its contract, by kind',
    { operation: OPERATIONS, kind: CONTRACT_VIOLATIONS },
    { sets: 300 },
  );
  const tokens = metrics.gauge(
    'upstream_tokens',
    'Calls that the budget of a host still allows, after the last one of this process; below zero: debt',
    { host: { max: 10 } },
  );
  const keptAge = metrics.gauge(
    'upstream_last_good_age_seconds',
    'Age of the last good answer that was served because the source could not be asked; 0 after a fresh one',
    { operation: OPERATIONS },
  );
  const known = new Set<string>();
  return {
    called: ({ operation, host, path }, outcome, seconds, cause) => {
      calls.observe({ operation, outcome }, seconds);
      const milliseconds = Math.round(seconds * 1000);
      const fields = { operation, host, path, outcome, milliseconds, cause: cause && messageOf(cause) };
      debug(fields, `the source was asked for ${operation}`);
      // What breaks or is held back later on must be an increase of a series that was there.
      if (known.has(operation)) return;
      known.add(operation);
      for (const kind of CONTRACT_VIOLATIONS) violations.inc({ operation, kind }, 0);
      for (const reason of REASONS) heldBack.inc({ operation, reason }, 0);
    },
    heldBack: ({ operation, host, path }, reason, retryAt) => {
      heldBack.inc({ operation, reason });
      debug({ operation, host, path, reason, retryAt }, `the source was not asked for ${operation}`);
    },
    violated: (operation, kind) => violations.inc({ operation, kind }),
    tokens: (host, left) => tokens.set({ host }, left),
    keptAge: (operation, age) => keptAge.set({ operation }, age),
  };
}
