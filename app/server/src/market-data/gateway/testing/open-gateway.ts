import type { Clock } from '../../../common/clock.ts';
import { SourceError } from '../../source-error.ts';
import { Gateway, type GatewayOptions, type UpstreamCall } from '../gateway.ts';
import type { HttpAnswer } from '../http-client.ts';
import { MemoryUpstreamState } from './memory-upstream-state.ts';

const MINUTE = 60_000;

/** A transport that the test answers. */
export class Upstream {
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

type Options = Partial<GatewayOptions> &
  Pick<GatewayOptions, 'transport' | 'observer'> & { readonly clock: Clock };

/** A gateway without a database: three calls, then one per three seconds; two failures open a circuit. */
export function openGateway(options: Options): Gateway {
  return new Gateway({
    bodyOf: ({ body }) => body,
    state: new MemoryUpstreamState(options.clock),
    budgetOf: () => ({ capacity: 3, secondsPerCall: 3 }),
    policy: { failuresToOpen: 2, coolDownMs: MINUTE, longestCoolDownMs: 10 * MINUTE },
    slots: 2,
    patienceMs: 0,
    random: () => 0,
    ...options,
  });
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
