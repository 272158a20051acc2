import type { Metrics } from '../../monitoring/metrics/metrics.ts';
import type { ContractViolation, SourceFailure } from '../source-error.ts';
import type { CircuitView } from './upstream-state.ts';

/** What the gateway tells of its work. */
export interface UpstreamObserver {
  /** A call that was sent and has ended; `abandoned`: whoever wanted it went away. */
  called(operation: string, outcome: 'ok' | 'abandoned' | SourceFailure, seconds: number): void;
  /** A call that was not sent. */
  heldBack(operation: string, why: 'over_budget' | 'resting'): void;
  violated(operation: string, kind: ContractViolation): void;
  tokens(host: string, left: number): void;
  circuit(view: CircuitView): void;
  /** How old the answer was that was given where last good ones are kept; 0: it came just now. */
  keptAge(operation: string, seconds: number): void;
}

/** Tells the process's metrics. */
export function observeWith(metrics: Metrics): UpstreamObserver {
  return {
    called: (operation, outcome, seconds) => metrics.upstreamCalls.observe({ operation, outcome }, seconds),
    heldBack: (operation, reason) => metrics.upstreamHeldBack.inc({ operation, reason }),
    violated: (operation, kind) => metrics.contractViolations.inc({ operation, kind }),
    tokens: (host, left) => metrics.upstreamTokens.set({ host }, left),
    circuit: ({ operation, openings }) => metrics.upstreamCircuit.set({ operation }, openings),
    keptAge: (operation, age) => metrics.upstreamKeptAge.set({ operation }, age),
  };
}
