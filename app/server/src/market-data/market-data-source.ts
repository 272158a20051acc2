/** Name of the configured source; what the application answers from. */
export const MARKET_DATA_SOURCE = Symbol('MarketDataSource');
