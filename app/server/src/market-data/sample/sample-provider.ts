import { createHash } from 'node:crypto';
import { civilDateOfNumber } from '../../common/market/civil-date.ts';
import type { DateRange, Fetched, MarketDataProvider, Offer, SourceRow, SymbolListing } from '../provider.ts';
import { SourceError } from '../source-error.ts';
import { canonicalSymbol, kindOf, type SymbolKind } from '../../common/market/symbol.ts';
import {
  hashSampleData,
  listBarFiles,
  locateSampleData,
  readBarRows,
  readSnapshot,
  readSymbolList,
} from './sample-files.ts';

/** `[date, previous close, open, high, low, close, volume, amount]` */
const COLUMNS = 8;

/**
 * The files count stock volumes in shares and index volumes in lots of 100. Evidence: amount / volume is the price
 * for stocks (median ratio to the close 1.000), and for indices 100 times the market's average price in every year
 * (000001.SH: 878 to 1,448 since 2006, that is 9 to 14 yuan per share).
 */
const SHARES_PER_UNIT: Readonly<Record<SymbolKind, number>> = { stock: 1, index: 100 };

/** Source prices are multiples of 0.01, stored as single-precision floats (47.800000000000004); so are index points. */
function cents(value: number): number {
  return Math.round(value * 100) / 100;
}

function parseRow(raw: unknown, rowNumber: number, kind: SymbolKind): SourceRow {
  if (!Array.isArray(raw) || raw.length < COLUMNS || !raw.every((cell) => typeof cell === 'number')) {
    return { rowNumber, raw, malformed: `expected ${COLUMNS} numbers` };
  }
  const [day = 0, , open = 0, high = 0, low = 0, close = 0, volume = 0, amount = 0] = raw;
  const date = civilDateOfNumber(day);
  if (date === undefined) return { rowNumber, raw, malformed: `${day} is not a date YYYYMMDD` };
  return {
    rowNumber,
    raw,
    bar: {
      date,
      open: cents(open),
      high: cents(high),
      low: cents(low),
      close: cents(close),
      volume: volume * SHARES_PER_UNIT[kind],
      amount: cents(amount),
    },
  };
}

/** Full-width letters and stray spaces of old terminals become plain ones: `\uff21` is `A`. */
function normaliseName(name: string): string {
  return name.normalize('NFKC').replaceAll(/\s+/g, '');
}

function fetched<Value>(operation: string, value: Value): Fetched<Value> {
  return { origin: 'sample', operation, fetchedAt: new Date(), outcome: 'data', value };
}

function within(date: string, { from, to }: DateRange): boolean {
  return (from === undefined || date >= from) && (to === undefined || date <= to);
}

function notOffered(what: string): Promise<never> {
  return Promise.reject(
    new SourceError(what, { failure: 'not_offered', cause: new Error('the sample has none') }),
  );
}

/** Real A-share history frozen in the npm package hqchart. Its clock is its last bar. */
export class SampleProvider implements MarketDataProvider {
  readonly source = 'sample';
  readonly offers: ReadonlySet<Offer> = new Set();
  readonly #folder: string;
  readonly #only: ReadonlySet<string> | undefined;

  /** @param only canonical symbols to offer; undefined: all that the files have */
  constructor(folder: string, only?: readonly string[]) {
    this.#folder = folder;
    this.#only = only === undefined ? undefined : new Set(only);
  }

  static fromConfiguration(configuration: {
    sample: { path?: string | undefined };
    symbols?: string[] | undefined;
  }): SampleProvider {
    return new SampleProvider(locateSampleData(configuration.sample.path), configuration.symbols);
  }

  async fingerprint(): Promise<string> {
    const selection = this.#only === undefined ? '*' : [...this.#only].sort().join();
    return createHash('sha256')
      .update(`${await hashSampleData(this.#folder)}\0${selection}`)
      .digest('hex')
      .slice(0, 32);
  }

  async listSymbols(): Promise<Fetched<readonly SymbolListing[]>> {
    const [snapshot, list] = [await readSnapshot(this.#folder), await readSymbolList(this.#folder)];
    const pinyin = new Map(list.map(([key, , , initials]) => [key, initials ?? undefined]));
    const names = new Map(snapshot);
    // The list also names indices that the snapshot lacks; its delisted stocks are left out.
    for (const [key, name, type] of list) if (type === 'IDX' && !names.has(key)) names.set(key, name);
    const listings: SymbolListing[] = [];
    for (const [key, name] of names) {
      const symbol = canonicalSymbol(key);
      if (symbol === undefined || !this.#offers(symbol)) continue;
      listings.push({ symbol, name: normaliseName(name), kind: kindOf(symbol), pinyin: pinyin.get(key) });
    }
    return fetched('symbols', listings);
  }

  async listSeries(): Promise<readonly string[]> {
    return [...(await this.#series()).keys()];
  }

  async dailyRows(symbol: string, range: DateRange = {}): Promise<Fetched<readonly SourceRow[]>> {
    const file = (await this.#series()).get(symbol);
    if (file === undefined)
      return {
        origin: 'sample',
        operation: 'daily',
        fetchedAt: new Date(),
        outcome: 'empty',
        reason: 'not_listed',
      };
    const rows = (await readBarRows(this.#folder, file)).map((raw, index) =>
      parseRow(raw, index + 1, kindOf(symbol)),
    );
    return fetched(
      file,
      rows.filter(({ bar }) => bar === undefined || within(bar.date, range)),
    );
  }

  minuteRows(symbol: string): Promise<never> {
    return notOffered(`the minute bars of ${symbol}`);
  }

  tradingDays(): Promise<never> {
    return notOffered('the trading days');
  }

  corporateActions(symbol: string): Promise<never> {
    return notOffered(`the corporate actions of ${symbol}`);
  }

  snapshot(): Promise<never> {
    return notOffered('the market snapshot');
  }

  profile(symbol: string): Promise<never> {
    return notOffered(`the profile of ${symbol}`);
  }

  valuations(symbol: string): Promise<never> {
    return notOffered(`the valuations of ${symbol}`);
  }

  fundamentals(symbol: string): Promise<never> {
    return notOffered(`the reports of ${symbol}`);
  }

  news(symbol: string): Promise<never> {
    return notOffered(`the news of ${symbol}`);
  }

  halts(date: string): Promise<never> {
    return notOffered(`the halts of ${date}`);
  }

  /** Futures (ICL8.cfe …) have no canonical symbol and stay out. */
  async #series(): Promise<ReadonlyMap<string, string>> {
    const series = new Map<string, string>();
    for (const [key, file] of await listBarFiles(this.#folder)) {
      const symbol = canonicalSymbol(key);
      if (symbol !== undefined && this.#offers(symbol)) series.set(symbol, file);
    }
    return series;
  }

  #offers(symbol: string): boolean {
    return this.#only === undefined || this.#only.has(symbol);
  }
}
