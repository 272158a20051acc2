import type { Clock } from '../../../common/clock.ts';
import { Gateway, type GatewayOptions } from '../../gateway/gateway.ts';
import { HttpClient } from '../../gateway/http-client.ts';
import { MemoryUpstreamState } from '../../gateway/testing/memory-upstream-state.ts';
import type { Asked, UpstreamObserver } from '../../gateway/observer.ts';
import type { UpstreamState } from '../../gateway/upstream-state.ts';
import { AKToolsProvider } from '../aktools-provider.ts';
import { bodyOf } from '../answers.ts';
import type { MarketFacts } from '../market-facts.ts';

/** Counts what it is told, under `what:operation:detail`. */
export class CountingObserver implements UpstreamObserver {
  readonly counts = new Map<string, number>();
  keptAges: number[] = [];

  count(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  #add(key: string): void {
    this.counts.set(key, this.count(key) + 1);
  }

  called({ operation }: Asked, outcome: string): void {
    this.#add(`called:${operation}:${outcome}`);
  }

  heldBack({ operation }: Asked, why: string): void {
    this.#add(`heldBack:${operation}:${why}`);
  }

  violated(operation: string, kind: string): void {
    this.#add(`violated:${operation}:${kind}`);
    this.#add(`violated:${kind}`);
  }

  tokens(): void {}

  keptAge(_operation: string, seconds: number): void {
    this.keptAges.push(seconds);
  }
}

/** A market that is open on every weekday, knows every symbol, and stands at the sample's last day unless told otherwise. */
export const openMarket = (changes: Partial<MarketFacts> = {}): MarketFacts => ({
  now: () => new Date('2024-09-19T12:00:00Z'),
  today: () => '2024-09-19',
  quoteDay: () => Promise.resolve({ date: '2024-09-18', final: true }),
  tradingDays: () => Promise.resolve(['2024-09-18', '2024-09-19']),
  isListed: () => Promise.resolve(true),
  isHalted: () => Promise.resolve(false),
  gaps: () => Promise.resolve([]),
  ...changes,
});

export interface Opened {
  readonly provider: AKToolsProvider;
  readonly gateway: Gateway;
  readonly observer: CountingObserver;
  readonly client: HttpClient;
  readonly state: UpstreamState;
}

/** The whole path but for the database: provider, gateway and HTTP client before an AKTools server. */
export function openProvider(
  url: string,
  clock: Clock,
  options: Partial<GatewayOptions> & { facts?: MarketFacts; only?: readonly string[] } = {},
): Opened {
  const { facts = openMarket(), only, ...changes } = options;
  const observer = new CountingObserver();
  const client = new HttpClient(url, 1_000);
  const state = changes.state ?? new MemoryUpstreamState(clock);
  const gateway = new Gateway({
    transport: client,
    bodyOf,
    budgetOf: () => ({ capacity: 1_000, secondsPerCall: 0.001 }),
    policy: { failuresToOpen: 1_000_000, coolDownMs: 60_000, longestCoolDownMs: 3_600_000 },
    observer,
    clock,
    slots: 8,
    patienceMs: 0,
    random: () => 0,
    ...changes,
    state,
  });
  return { provider: new AKToolsProvider({ gateway, facts, only }), gateway, observer, client, state };
}
