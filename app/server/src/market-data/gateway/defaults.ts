import type { Budget, CircuitPolicy } from './upstream-state.ts';

/** Eastmoney bans at one call per two seconds (akfamily/akshare#6148); all hosts are treated alike. */
export const BUDGET: Budget = { capacity: 3, secondsPerCall: 3 };

/** A ban lasts minutes to days: each probe waits longer than the one before. */
export const CIRCUIT_POLICY: CircuitPolicy = {
  failuresToOpen: 3,
  coolDownMs: 60_000,
  longestCoolDownMs: 30 * 60_000,
};

/** AKTools works on 40 calls at once; one process takes at most a fifth of them. */
export const SLOTS = 8;

/** How long a call waits for its turn before the job that wants it does something else. */
export const PATIENCE_MS = 30_000;
