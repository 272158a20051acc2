import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../common/clock.ts';
import { SourceError } from '../source-error.ts';
import type { HttpAnswer, HttpLimits, Transport } from './http-client.ts';
import type { UpstreamObserver } from './observer.ts';
import { SingleFlight } from './single-flight.ts';
import { Slots } from './slots.ts';
import type { Budget, CircuitPolicy, CircuitView, KeptAnswer, UpstreamState } from './upstream-state.ts';

/** One question to the outside. */
export interface UpstreamCall<Value> {
  /** The upstream's function: its circuit, and the label of its metrics. */
  readonly operation: string;
  /** Whose budget it uses, and how many requests to that host it stands for. */
  readonly host: string;
  readonly cost: number;
  /** Path and query; the same path at the same time is one call. */
  readonly path: string;
  readonly limits: HttpLimits;
  /**
   * What a body says. Pure; it may run more than once.
   * @throws SourceError of kind `contract` when it is not what was asked for
   */
  read(body: string): Value;
  /** Present: the last good body is kept, is the answer while it is younger, and instead of a failure at any age. */
  readonly keep?: { readonly freshMs: number } | undefined;
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
  /** How long a call waits for the budget before it gives up. */
  readonly patienceMs: number;
  /** 0 to 1; spreads what would otherwise happen at once. */
  readonly random?: () => number;
}

/** Cool-downs and waits are stretched by up to this part of themselves. */
const JITTER = 0.25;
const never = new AbortController().signal;

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
    if (kept !== undefined && this.#ageMs(kept) < (call.keep?.freshMs ?? 0)) return { ...kept, stale: false };
    try {
      const { body, fetchedAt } = await this.#flights.join(
        call.path,
        (shared) => this.#fly(call, shared),
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

  /** Asks the cheapest first: a resting function must not use up the budget, and waiting must not hold a slot. */
  async #fly<Value>(call: UpstreamCall<Value>, signal: AbortSignal): Promise<KeptAnswer> {
    const { operation } = call;
    const { state, policy, observer, clock } = this.#options;
    const circuit = await state.circuit(operation);
    if (circuit.until !== undefined && circuit.until > clock.now())
      throw this.#heldBack(call, 'resting', circuit.until);
    await this.#pay(call, signal);
    return this.#slots.hold(async () => {
      const admission = await state.admit(operation, policy, call.limits.deadlineMs, this.#stretch());
      if (!admission.admitted) throw this.#heldBack(call, 'resting', admission.until);
      const answer = await this.#send(call, admission.openings, signal);
      await state.succeeded(operation, admission.openings);
      observer.circuit({ operation, openings: 0, until: undefined });
      if (call.keep !== undefined) await state.keep(call.path, operation, answer);
      return answer;
    }, signal);
  }

  async #pay(call: UpstreamCall<unknown>, signal: AbortSignal): Promise<void> {
    const { state, observer, clock, budgetOf, patienceMs } = this.#options;
    const givesUpAt = clock.now().getTime() + patienceMs;
    for (;;) {
      signal.throwIfAborted();
      const payment = await state.pay(call.host, call.cost, budgetOf(call.host));
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
    const ended = (outcome: Parameters<UpstreamObserver['called']>[1]): void =>
      observer.called(call.operation, outcome, (performance.now() - started) / 1000);
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
      ended(error.failure);
      if (error.violation !== undefined) observer.violated(call.operation, error.violation);
      observer.circuit(await this.#recordFailure(call.operation, openings, error));
      throw error;
    }
  }

  #recordFailure(operation: string, openings: number, error: SourceError): Promise<CircuitView> {
    const { state, policy } = this.#options;
    const why = error.violation ?? error.failure;
    return state.failed(operation, openings, policy, this.#stretch(), why);
  }

  #heldBack(call: UpstreamCall<unknown>, failure: 'over_budget' | 'resting', retryAt: Date): SourceError {
    this.#options.observer.heldBack(call.operation, failure);
    const cause = `${call.operation} of ${call.host} may be called from ${retryAt.toISOString()} on`;
    return new SourceError('the answer', { failure, retryAt, cause });
  }

  #ageMs({ fetchedAt }: { readonly fetchedAt: Date }): number {
    return this.#options.clock.now().getTime() - fetchedAt.getTime();
  }

  #stretch(): number {
    return 1 + JITTER * (this.#options.random ?? Math.random)();
  }
}
