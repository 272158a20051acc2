/** How many calls a host bears: a bucket of `capacity` calls that fills at one call per `secondsPerCall`. */
export interface Budget {
  readonly capacity: number;
  readonly secondsPerCall: number;
}

/** When a function rests, and for how long: the cool-down doubles with every failed probe, up to the longest. */
export interface CircuitPolicy {
  readonly failuresToOpen: number;
  readonly coolDownMs: number;
  readonly longestCoolDownMs: number;
}

/**
 * How long a reservation outlasts the moment at which it can be paid: a run that pauses until then has to come back
 * through the queue. If it never does, the host idles for so long.
 */
export const RESERVATION_GRACE_MS = 60_000;

export type Payment =
  { readonly paid: true; readonly tokens: number } | { readonly paid: false; readonly retryAfterMs: number };

/** `openings` is 0 for an ordinary call, else the number of the cool-down that the probe ends. */
export type Admission =
  { readonly admitted: true; readonly openings: number } | { readonly admitted: false; readonly until: Date };

export interface CircuitView {
  readonly operation: string;
  /** Cool-downs in a row; 0: closed. */
  readonly openings: number;
  readonly until: Date | undefined;
}

export interface KeptAnswer {
  readonly body: string;
  readonly fetchedAt: Date;
}

/**
 * What everybody who calls the outside has to agree on. Each method is one decision, safe with any number of callers in
 * any number of processes.
 */
export interface UpstreamState {
  /**
   * Takes `cost` calls from the budget of a host. A call that costs more than the bucket holds needs a full bucket and
   * leaves it in debt. Where it is refused, the bucket is reserved for its question: small calls, which take every token
   * as it comes, would never let it fill.
   * @param question the same for whoever asks it, so that another attempt finds its own reservation
   */
  pay(host: string, cost: number, budget: Budget, question: string): Promise<Payment>;
  /** What is known of one function; asks for nothing. */
  circuit(operation: string): Promise<CircuitView>;
  /**
   * Whether a call may go out now. While the circuit is open exactly one caller per cool-down is admitted, its probe:
   * being admitted starts the next cool-down, so that a probe whose process dies is not followed at once by another.
   * @param leaseMs the longest that the call can take; the next probe waits for its end
   * @param stretch a factor of 1 or a little more on the cool-down, so that many do not wake together
   */
  admit(operation: string, policy: CircuitPolicy, leaseMs: number, stretch: number): Promise<Admission>;
  /** A call that was admitted with `openings` went well: forgets failures, and closes the circuit if it was its probe. */
  succeeded(operation: string, openings: number): Promise<void>;
  /** A call that was admitted with `openings` failed. */
  failed(
    operation: string,
    openings: number,
    policy: CircuitPolicy,
    stretch: number,
    why: string,
  ): Promise<CircuitView>;
  /**
   * Whether the caller is the one who asks a question now. Everybody else is told no until it is given back, or for
   * `leaseMs` where the caller died.
   */
  claim(key: string, leaseMs: number): Promise<boolean>;
  /** Gives a claimed question back. */
  unclaim(key: string): Promise<void>;
  keep(key: string, operation: string, answer: KeptAnswer): Promise<void>;
  kept(key: string): Promise<KeptAnswer | undefined>;
}
