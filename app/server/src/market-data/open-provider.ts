import type { Clock } from '../common/clock.ts';
import type { Configuration } from '../common/configuration/configuration.ts';
import type { Database } from '../database/sql.ts';
import type { Metrics } from '../monitoring/metrics/metrics.ts';
import { AKToolsProvider } from './aktools/aktools-provider.ts';
import { bodyOf } from './aktools/answers.ts';
import { BUDGET, CIRCUIT_POLICY, PATIENCE_MS, SLOTS } from './gateway/defaults.ts';
import { Gateway } from './gateway/gateway.ts';
import { HttpClient } from './gateway/http-client.ts';
import { observeWith } from './gateway/observer.ts';
import { PostgresUpstreamState } from './gateway/postgres-upstream-state.ts';
import { StoredCalendars } from './market-calendars.ts';
import type { MarketDataProvider } from './provider.ts';
import { SampleProvider } from './sample/sample-provider.ts';
import { StoredMarketFacts } from './store/market-facts.ts';

export interface ProviderNeeds {
  readonly database: Database;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly warn: (text: string) => void;
  readonly debug: (fields: object, text: string) => void;
}

const AKTOOLS = 'aktools';

/** The configured source, and for a live one the gateway before it. */
export function openProvider(
  { provider, aktools, sample, symbols }: Configuration['marketData'],
  { database, metrics, clock, warn, debug }: ProviderNeeds,
): MarketDataProvider {
  if (provider === 'Sample' || aktools === undefined)
    return SampleProvider.fromConfiguration({ sample, symbols });
  const budget = {
    capacity: aktools.burst ?? BUDGET.capacity,
    secondsPerCall: aktools.secondsPerCall ?? BUDGET.secondsPerCall,
  };
  const gateway = new Gateway({
    transport: new HttpClient(aktools.url),
    bodyOf,
    state: new PostgresUpstreamState(database),
    budgetOf: () => budget,
    policy: CIRCUIT_POLICY,
    observer: observeWith(metrics, debug),
    clock,
    slots: SLOTS,
    patienceMs: PATIENCE_MS,
  });
  const calendars = new StoredCalendars(database, AKTOOLS, warn);
  const facts = new StoredMarketFacts({
    database,
    source: AKTOOLS,
    clock,
    calendarOf: async (symbol) => (await calendars.current()).of(symbol),
  });
  return new AKToolsProvider({ gateway, facts, only: symbols });
}
