import type { Offer } from './provider.ts';

/** Name of the configured source; what the application answers from. */
export const MARKET_DATA_SOURCE = Symbol('MarketDataSource');

/** Sources whose history ends once and for all: their clock is their last bar, and nothing in them becomes due. */
const FROZEN: ReadonlySet<string> = new Set(['sample']);

export function isFrozen(source: string): boolean {
  return FROZEN.has(source);
}

/** By source, so that the server knows them, too, which never touches one. */
const OFFERS = new Map<string, readonly Offer[]>([
  ['sample', ['minutes', 'tradingDays', 'corporateActions', 'snapshot']],
  [
    'aktools',
    [
      'minutes',
      'tradingDays',
      'corporateActions',
      'snapshot',
      'profile',
      'valuations',
      'fundamentals',
      'news',
      'halts',
    ],
  ],
]);

/** What a source can be asked for beside symbols and daily rows. */
export function offersOf(source: string): ReadonlySet<Offer> {
  return new Set(OFFERS.get(source));
}
