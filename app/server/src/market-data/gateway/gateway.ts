import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../common/clock.ts';
import { SourceError, type SourceFailure } from '../source-error.ts';
import type { HttpAnswer, HttpLimits, Transport } from './http-client.ts';
import type { Asked, UpstreamObserver } from './observer.ts';
import { SingleFlight } from './single-flight.ts';
import { Slots } from './slots.ts';
import type { Budget, CircuitPolicy, KeptAnswer, UpstreamState } from './upstream-state.ts';

/** One question to the outside. */
export interface UpstreamCall<Value> extends UpstreamQuestion<Value> {
  /** Present: the last good body is kept, is the answer while it is younger, and instead of a failure at any age. */
  readonly keep?: { readonly freshMs: number } | undefined;
  /** A question to the same function whose answer is known to exist; it tells a broken function from a symbol without data. */
  readonly reference?: UpstreamQuestion<unknown> | undefined;
}

interface UpstreamQuestion<Value> extends Asked {
  /** How many requests to its host it stands for. */
  readonly cost: number;
  readonly limits: HttpLimits;
  /**
   * What a body says. Pure; it may run more than once.
   * @throws SourceError of kind `contract` when it is not what was asked for
   */
  read(body: string): Value;
}

export interface Answer<Value> {
  readonly value: Value;
  /** When the upstream was asked. */
  readonly fetchedAt: Date;
  /** The upstream could not be asked now; this is its last good answer. */
  readonly stale: boolean;
}

export interface GatewayOptions {
  readonly transport: Transport;
  /** The body of a good answer; throws SourceError for every other. */
  readonly bodyOf: (answer: HttpAnswer) => string;
  readonly state: UpstreamState;
  readonly budgetOf: (host: string) => Budget;
  readonly policy: CircuitPolicy;
  readonly observer: UpstreamObserver;
  readonly clock: Clock;
  /** Calls at once, of this process. */
  readonly slots: number;
  /** How long a call waits for the budget, or for a worker that asks the same, before it gives up. */
  readonly patienceMs: number;
  /** 0 to 1; spreads what would otherwise happen at once. */
  readonly random?: () => number;
}

/** Cool-downs and waits are stretched by up to this part of themselves. */
const JITTER = 0.25;
/** How often somebody who waits for another worker's answer looks for it. */
const LOOK_AGAIN_MS = 1_000;
const never = new AbortController().signal;

/** Failures that may be those of one symbol: AKTools says the same of a share without data as of a ban. */
const MAY_BE_OF_ONE_SYMBOL: ReadonlySet<SourceFailure> = new Set(['upstream_failed', 'contract']);

/** The reference itself has none: it would wait for its own answer. */
function referenceOf({ path, reference }: UpstreamCall<unknown>): UpstreamQuestion<unknown> | undefined {
  return reference?.path === path ? undefined : reference;
}

/** What tells whether a failure is the function's or the symbol's; undefined: it is no question of the symbol. */
function doubtful(
  call: UpstreamCall<unknown>,
  { failure }: SourceError,
): UpstreamQuestion<unknown> | undefined {
  return MAY_BE_OF_ONE_SYMBOL.has(failure) ? referenceOf(call) : undefined;
}

/** The one door to the outside: nothing is asked but through `ask`, within what the host bears and the circuit allows. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #slots: Slots;
  readonly #flights = new SingleFlight<KeptAnswer>();

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#slots = new Slots(options.slots);
  }

  /** @throws SourceError when there is no answer, not even a kept one; what `signal` was aborted with */
  async ask<Value>(call: UpstreamCall<Value>, signal: AbortSignal = never): Promise<Answer<Value>> {
    const kept = await this.#kept(call);
    if (kept !== undefined && this.#isFresh(call, kept)) return { ...kept, stale: false };
    try {
      const { body, fetchedAt } = await this.#flights.join(
        call.path,
        (shared) => (call.keep === undefined ? this.#judge(call, shared) : this.#askAlone(call, shared)),
        signal,
      );
      if (call.keep !== undefined) this.#options.observer.keptAge(call.operation, 0);
      return { value: call.read(body), fetchedAt, stale: false };
    } catch (error) {
      if (kept === undefined || !(error instanceof SourceError)) throw error;
      this.#options.observer.keptAge(call.operation, this.#ageMs(kept) / 1000);
      return { ...kept, stale: true };
    }
  }

  /** The last good answer, unless it is one that today's contract refuses. */
  async #kept<Value>(call: UpstreamCall<Value>): Promise<{ value: Value; fetchedAt: Date } | undefined> {
    if (call.keep === undefined) return undefined;
    const kept = await this.#options.state.kept(call.path);
    if (kept === undefined) return undefined;
    try {
      return { value: call.read(kept.body), fetchedAt: kept.fetchedAt };
    } catch (error) {
      if (error instanceof SourceError) return undefined;
      throw error;
    }
  }

  /** One of all workers asks; the others wait, and find its answer kept. */
  async #askAlone<Value>(call: UpstreamCall<Value>, signal: AbortSignal): Promise<KeptAnswer> {
    const { state, clock, patienceMs } = this.#options;
    const givesUpAt = clock.now().getTime() + patienceMs;
    while (!(await state.claim(call.path, patienceMs + call.limits.deadlineMs))) {
      const at = clock.now().getTime() + LOOK_AGAIN_MS;
      if (at > givesUpAt) throw this.#heldBack(call, 'over_budget', new Date(at));
      await sleep(LOOK_AGAIN_MS, undefined, { signal });
    }
    try {
      const kept = await state.kept(call.path);
      const isAnswered = kept !== undefined && this.#isFresh(call, kept);
      return isAnswered ? kept : await this.#judge(call, signal);
    } finally {
      await state.unclaim(call.path);
    }
  }

  /**
   * A failure that the reference does not share is the symbol's own: it counts against nobody else, or three neighbours
   * without data would close the function to everybody.
   */
  async #judge<Value>(call: UpstreamCall<Value>, signal: AbortSignal): Promise<KeptAnswer> {
    try {
      return await this.#fly(call, signal);
    } catch (error) {
      const reference = error instanceof SourceError ? doubtful(call, error) : undefined;
      if (!(error instanceof SourceError) || reference === undefined) throw error;
      if (await this.#isSound(reference, signal))
        throw error.failure === 'contract' ? error : error.ofSymbol();
      await this.#recordFailure(call.operation, 0, error);
      throw error;
    }
  }

  /** Whether a function answers what it must be able to answer; a good answer forgets the failures before it. */
  async #isSound(reference: UpstreamQuestion<unknown>, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#flights.join(reference.path, (shared) => this.#fly(reference, shared), signal);
      return true;
    } catch (error) {
      if (error instanceof SourceError) return false;
      throw error;
    }
  }

  /** Asks the cheapest first: a resting function must not use up the budget, and waiting must not hold a slot. */
  async #fly<Value>(call: UpstreamCall<Value>, signal: AbortSignal): Promise<KeptAnswer> {
    const { operation } = call;
    const { state, policy, clock } = this.#options;
    const circuit = await state.circuit(operation);
    if (circuit.until !== undefined && circuit.until > clock.now())
      throw this.#heldBack(call, 'resting', circuit.until);
    await this.#pay(call, signal);
    const answer = await this.#slots.hold(async () => {
      const admission = await state.admit(operation, policy, call.limits.deadlineMs, this.#stretch());
      if (!admission.admitted) throw this.#heldBack(call, 'resting', admission.until);
      const { openings } = admission;
      // A probe that a symbol without data could fail would say nothing of the function.
      const asked = openings > 0 ? (referenceOf(call) ?? call) : call;
      const answered = await this.#send(asked, openings, signal);
      await state.succeeded(operation, openings);
      if (call.keep !== undefined) await state.keep(call.path, operation, answered);
      return asked === call ? answered : undefined;
    }, signal);
    return answer ?? this.#fly(call, signal);
  }

  async #pay(call: UpstreamQuestion<unknown>, signal: AbortSignal): Promise<void> {
    const { state, observer, clock, budgetOf, patienceMs } = this.#options;
    const givesUpAt = clock.now().getTime() + patienceMs;
    for (;;) {
      signal.throwIfAborted();
      const payment = await state.pay(call.host, call.cost, budgetOf(call.host), call.path);
      if (payment.paid) return observer.tokens(call.host, payment.tokens);
      const waitMs = payment.retryAfterMs * this.#stretch();
      const at = clock.now().getTime() + waitMs;
      if (at > givesUpAt) throw this.#heldBack(call, 'over_budget', new Date(at));
      await sleep(waitMs, undefined, { signal });
    }
  }

  async #send(call: UpstreamCall<unknown>, openings: number, signal: AbortSignal): Promise<KeptAnswer> {
    const { transport, bodyOf, observer, clock } = this.#options;
    const fetchedAt = clock.now();
    const started = performance.now();
    const ended = (outcome: Parameters<UpstreamObserver['called']>[1], cause?: unknown): void =>
      observer.called(call, outcome, (performance.now() - started) / 1000, cause);
    try {
      const body = bodyOf(await transport.get(call.path, call.limits, signal));
      call.read(body);
      ended('ok');
      return { body, fetchedAt };
    } catch (error) {
      if (!(error instanceof SourceError)) {
        ended('abandoned');
        throw error;
      }
      ended(error.failure, error.violation ?? error.cause);
      if (error.violation !== undefined) observer.violated(call.operation, error.violation);
      // What may be the symbol's own failure is judged when the reference has been asked.
      if (openings > 0 || doubtful(call, error) === undefined)
        await this.#recordFailure(call.operation, openings, error);
      throw error;
    }
  }

  async #recordFailure(operation: string, openings: number, error: SourceError): Promise<void> {
    const { state, policy } = this.#options;
    const why = error.violation ?? error.failure;
    await state.failed(operation, openings, policy, this.#stretch(), why);
  }

  #heldBack(call: UpstreamQuestion<unknown>, failure: 'over_budget' | 'resting', retryAt: Date): SourceError {
    this.#options.observer.heldBack(call, failure, retryAt);
    const cause = `${call.operation} of ${call.host} may be called from ${retryAt.toISOString()} on`;
    return new SourceError('the answer', { failure, retryAt, cause });
  }

  #isFresh({ keep }: UpstreamCall<unknown>, kept: { readonly fetchedAt: Date }): boolean {
    return this.#ageMs(kept) < (keep?.freshMs ?? 0);
  }

  #ageMs({ fetchedAt }: { readonly fetchedAt: Date }): number {
    return this.#options.clock.now().getTime() - fetchedAt.getTime();
  }

  #stretch(): number {
    // oxlint-disable-next-line no-restricted-properties -- spreads calls; whoever guesses it gains nothing
    return 1 + JITTER * (this.#options.random ?? Math.random)();
  }
}
