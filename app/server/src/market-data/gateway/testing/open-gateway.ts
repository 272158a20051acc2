import { CountingObserver } from '../../aktools/testing/open-provider.ts';
import { SourceError } from '../../source-error.ts';
import { Gateway, type GatewayOptions, type UpstreamCall } from '../gateway.ts';
import type { HttpAnswer } from '../http-client.ts';
import type { UpstreamState } from '../upstream-state.ts';
import { MemoryUpstreamState } from './memory-upstream-state.ts';
import { TestClock } from './test-clock.ts';

const MINUTE = 60_000;

/** A transport that the test answers. */
class Upstream {
  sent: { path: string; signal: AbortSignal }[] = [];
  answer: () => Promise<string> = () => Promise.resolve('good');
  readonly get = async (path: string, _limits: unknown, signal: AbortSignal): Promise<HttpAnswer> => {
    this.sent.push({ path, signal });
    const body = await Promise.race([
      this.answer(),
      new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
      ),
    ]);
    return { status: 200, mediaType: 'application/json', body };
  };
}

export const banned = (): Promise<never> =>
  Promise.reject(new SourceError('the answer', { failure: 'upstream_failed' }));

/** A clock, an upstream and an observer, and gateways without a database that work with them. */
export class GatewayBench {
  readonly clock = new TestClock();
  readonly upstream = new Upstream();
  readonly observer = new CountingObserver();

  #state: UpstreamState | undefined;

  /** Cool-downs in a row of `f`, as the gateway knows it that was opened last. */
  readonly openings = async (): Promise<number | undefined> => (await this.#state?.circuit('f'))?.openings;

  /** Three calls, then one per three seconds; two failures open a circuit. */
  readonly open = (changes: Partial<GatewayOptions> = {}): Gateway => {
    const state = changes.state ?? new MemoryUpstreamState(this.clock);
    this.#state = state;
    return new Gateway({
      transport: this.upstream,
      observer: this.observer,
      clock: this.clock,
      bodyOf: ({ body }) => body,
      budgetOf: () => ({ capacity: 3, secondsPerCall: 3 }),
      policy: { failuresToOpen: 2, coolDownMs: MINUTE, longestCoolDownMs: 10 * MINUTE },
      slots: 2,
      patienceMs: 0,
      random: () => 0,
      ...changes,
      state,
    });
  };
}

export const call = (changes: Partial<UpstreamCall<string>> = {}): UpstreamCall<string> => ({
  operation: 'f',
  host: 'h',
  cost: 1,
  path: '/f',
  limits: { deadlineMs: 1_000, maxBytes: 100 },
  read: (body) => body.toUpperCase(),
  ...changes,
});
