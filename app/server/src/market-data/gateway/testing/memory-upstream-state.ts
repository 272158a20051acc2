import type { Clock } from '../../../common/clock.ts';
import {
  type Admission,
  type Budget,
  type CircuitPolicy,
  type CircuitView,
  type KeptAnswer,
  type Payment,
  RESERVATION_GRACE_MS,
  type UpstreamState,
} from '../upstream-state.ts';

/** Length of the `openings`-th cool-down in a row. */
function coolDownMs(policy: CircuitPolicy, openings: number, stretch: number): number {
  return Math.min(policy.coolDownMs * 2 ** (openings - 1), policy.longestCoolDownMs) * stretch;
}

interface Bucket {
  tokens: number;
  refilledAt: number;
  reserved?: { readonly question: string; readonly until: number } | undefined;
}

interface Circuit {
  failures: number;
  openings: number;
  openUntil: number | undefined;
}

/** For one process: the same decisions as the adapter for PostgreSQL, forgotten with the process. */
export class MemoryUpstreamState implements UpstreamState {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();
  readonly #circuits = new Map<string, Circuit>();
  readonly #answers = new Map<string, KeptAnswer>();
  readonly #claims = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  pay(host: string, cost: number, budget: Budget, question: string): Promise<Payment> {
    const { capacity, secondsPerCall } = budget;
    const now = this.#now();
    const bucket = this.#buckets.get(host) ?? { tokens: capacity, refilledAt: now };
    const elapsed = Math.max(0, now - bucket.refilledAt) / 1000;
    const tokens = Math.min(capacity, bucket.tokens + elapsed / secondsPerCall);
    const missing = Math.min(cost, capacity) - tokens;
    const { reserved } = bucket;
    const isFree = reserved === undefined || reserved.until <= now || reserved.question === question;
    if (missing > 0 || !isFree) {
      const calls = isFree ? missing : Math.max(missing, 1);
      const retryAfterMs = Math.ceil(calls * secondsPerCall * 1000);
      if (cost > capacity && isFree)
        bucket.reserved = { question, until: now + retryAfterMs + RESERVATION_GRACE_MS };
      return Promise.resolve({ paid: false, retryAfterMs });
    }
    this.#buckets.set(host, { tokens: tokens - cost, refilledAt: Math.max(now, bucket.refilledAt) });
    return Promise.resolve({ paid: true, tokens: tokens - cost });
  }

  circuit(operation: string): Promise<CircuitView> {
    return Promise.resolve(this.#view(operation));
  }

  admit(operation: string, policy: CircuitPolicy, leaseMs: number, stretch: number): Promise<Admission> {
    const circuit = this.#circuits.get(operation);
    if (circuit?.openUntil === undefined) return Promise.resolve({ admitted: true, openings: 0 });
    const now = this.#now();
    if (now < circuit.openUntil)
      return Promise.resolve({ admitted: false, until: new Date(circuit.openUntil) });
    circuit.openings += 1;
    circuit.openUntil = now + Math.max(leaseMs, coolDownMs(policy, circuit.openings, stretch));
    return Promise.resolve({ admitted: true, openings: circuit.openings });
  }

  succeeded(operation: string, openings: number): Promise<void> {
    if (this.#circuits.get(operation)?.openings === openings) this.#circuits.delete(operation);
    return Promise.resolve();
  }

  failed(operation: string, openings: number, policy: CircuitPolicy, stretch: number): Promise<CircuitView> {
    const circuit = this.#circuits.get(operation) ?? { failures: 0, openings: 0, openUntil: undefined };
    this.#circuits.set(operation, circuit);
    circuit.failures += 1;
    const opens = circuit.openings === 0 && circuit.failures >= policy.failuresToOpen;
    if (opens) circuit.openings = 1;
    if (opens || (openings > 0 && circuit.openings === openings))
      circuit.openUntil = this.#now() + coolDownMs(policy, circuit.openings, stretch);
    return Promise.resolve(this.#view(operation));
  }

  claim(key: string, leaseMs: number): Promise<boolean> {
    const now = this.#now();
    if ((this.#claims.get(key) ?? now) > now) return Promise.resolve(false);
    this.#claims.set(key, now + leaseMs);
    return Promise.resolve(true);
  }

  unclaim(key: string): Promise<void> {
    this.#claims.delete(key);
    return Promise.resolve();
  }

  keep(key: string, _operation: string, answer: KeptAnswer): Promise<void> {
    const known = this.#answers.get(key);
    if (known === undefined || known.fetchedAt <= answer.fetchedAt) this.#answers.set(key, answer);
    return Promise.resolve();
  }

  kept(key: string): Promise<KeptAnswer | undefined> {
    return Promise.resolve(this.#answers.get(key));
  }

  #view(operation: string): CircuitView {
    const { openings = 0, openUntil } = this.#circuits.get(operation) ?? {};
    return { operation, openings, until: openUntil === undefined ? undefined : new Date(openUntil) };
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}
