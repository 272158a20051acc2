import { TradingCalendar } from '../../calendar/trading-calendar.ts';
import type { Bar, Fetched, MarketDataProvider, SourceRow, SymbolListing } from '../../provider.ts';
import { SourceError } from '../../source-error.ts';

export const SYNTHETIC = 'synthetic';

export interface MarketSize {
  readonly symbols: number;
  readonly bars: number;
}

/** Shares of the main board, alternating between the exchanges. */
export function syntheticSymbols({ symbols }: MarketSize): readonly string[] {
  return Array.from({ length: symbols }, (_, index) => {
    const number = String(index >> 1).padStart(4, '0');
    return index % 2 === 0 ? `60${number}.SH` : `00${number}.SZ`;
  });
}

/** A random walk in whole cents within the daily limit, the same for the same symbol: xorshift, seeded by its code. */
export function syntheticBars(symbol: string, dates: readonly string[]): readonly Bar[] {
  let state = Number(symbol.slice(0, 6)) * 2_654_435_761 + 1;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  let close = 1_000 + Math.floor(random() * 4_000);
  return dates.map((date) => {
    const open = Math.max(300, close + Math.round(close * (random() - 0.5) * 0.04));
    close = Math.max(300, open + Math.round(open * (random() - 0.5) * 0.06));
    const high = Math.max(open, close) + Math.floor(random() * 10);
    const low = Math.min(open, close) - Math.floor(random() * 10);
    const volume = 100 * (1_000 + Math.floor(random() * 1_000_000));
    const amount = Math.round(((high + low) / 2) * volume) / 100;
    return { date, open: open / 100, high: high / 100, low: low / 100, close: close / 100, volume, amount };
  });
}

/** The newest trading days of 2024. */
export function syntheticDates({ bars }: MarketSize): readonly string[] {
  return TradingCalendar.announced('SH').tradingDaysBetween('2015-01-01', '2024-12-31')?.slice(-bars) ?? [];
}

function fetched<Value>(value: Value): Fetched<Value> {
  return { origin: 'sample', operation: 'synthetic', fetchedAt: new Date(), outcome: 'data', value };
}

const notOffered = (): Promise<never> =>
  Promise.reject(new SourceError('what a synthetic market has not', { failure: 'not_offered' }));

/** A market of any size, made as it is asked for: nothing of it is kept. */
export function syntheticMarket(size: MarketSize): MarketDataProvider {
  const symbols = syntheticSymbols(size);
  const dates = syntheticDates(size);
  const listings = symbols.map((symbol): SymbolListing => ({
    symbol,
    name: `S${symbol}`,
    kind: 'stock',
    pinyin: 'S',
  }));
  const rowsOf = (symbol: string): readonly SourceRow[] =>
    syntheticBars(symbol, dates).map((bar, index) => ({ rowNumber: index + 1, raw: bar, bar }));
  return {
    source: SYNTHETIC,
    offers: new Set(),
    fingerprint: () => Promise.resolve(`${size.symbols} ${size.bars}`),
    listSymbols: () => Promise.resolve(fetched(listings)),
    listSeries: () => Promise.resolve(symbols),
    dailyRows: (symbol, { from = '', to = '9' } = {}) =>
      Promise.resolve(fetched(rowsOf(symbol).filter(({ bar }) => bar && bar.date >= from && bar.date <= to))),
    minuteRows: notOffered,
    tradingDays: notOffered,
    corporateActions: notOffered,
    snapshot: notOffered,
    profile: notOffered,
    valuations: notOffered,
    fundamentals: notOffered,
    news: notOffered,
    halts: notOffered,
  };
}
