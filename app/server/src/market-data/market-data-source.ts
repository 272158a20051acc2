/** Name of the configured source; what the application answers from. */
export const MARKET_DATA_SOURCE = Symbol('MarketDataSource');

/** Sources whose history ends once and for all: their clock is their last bar, and nothing in them becomes due. */
const FROZEN: ReadonlySet<string> = new Set(['sample']);

export function isFrozen(source: string): boolean {
  return FROZEN.has(source);
}
