import { createHash } from 'node:crypto';
import { kindOf, canonicalSymbol } from '../../common/market/symbol.ts';
import { normaliseName } from '../../common/market/pinyin-initials.ts';
import type {
  CorporateActions,
  DateRange,
  EmptyReason,
  Fetched,
  MarketDataProvider,
  MarketSnapshot,
  MinuteRow,
  SourceRow,
  SymbolListing,
} from '../provider.ts';
import { offersOf } from '../market-data-source.ts';
import { SourceError } from '../source-error.ts';
import { SAMPLE_ACTIONS } from './corporate-actions.ts';
import {
  hashSampleData,
  listSeriesFiles,
  locateSampleData,
  readBarRows,
  readSnapshot,
  readSymbolList,
  type SeriesKind,
} from './sample-files.ts';
import { parseDailyRow, parseMinuteRow } from './sample-rows.ts';
import { snapshotOf } from './sample-snapshot.ts';

function fetched<Value>(operation: string, value: Value): Fetched<Value> {
  return { origin: 'sample', operation, fetchedAt: new Date(), outcome: 'data', value };
}

function empty(operation: string, reason: EmptyReason): Fetched<never> {
  return { origin: 'sample', operation, fetchedAt: new Date(), outcome: 'empty', reason };
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
  readonly offers = offersOf(this.source);
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
    const names = new Map(snapshot.symbol.map((key, index) => [key, snapshot.name[index] ?? key]));
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
    return [...(await this.#series('daily')).keys()];
  }

  async dailyRows(symbol: string, range: DateRange = {}): Promise<Fetched<readonly SourceRow[]>> {
    const file = (await this.#series('daily')).get(symbol);
    if (file === undefined) return empty('daily', 'no_series');
    const rows = (await readBarRows(this.#folder, file)).map((raw, index) =>
      parseDailyRow(raw, index + 1, kindOf(symbol)),
    );
    return fetched(
      file,
      rows.filter(({ bar }) => bar === undefined || within(bar.date, range)),
    );
  }

  /** Volumes in shares: the minutes of a day add up to volume and amount of its daily bar, give or take a ten-thousandth. */
  async minuteRows(symbol: string): Promise<Fetched<readonly MinuteRow[]>> {
    const file = (await this.#series('minutes')).get(symbol);
    if (file === undefined) return empty('minutes', 'no_series');
    const rows = await readBarRows(this.#folder, file);
    return fetched(
      file,
      rows.map((raw, index) => parseMinuteRow(raw, index + 1)),
    );
  }

  /** Of Shanghai by its composite; before 2000 a day of it is missing, which would be taken for a closure. */
  async tradingDays(): Promise<Fetched<readonly string[]>> {
    const file = (await listSeriesFiles(this.#folder, 'daily')).get('000001.sh');
    if (file === undefined) return empty('tradingDays', 'upstream_empty');
    const rows = await readBarRows(this.#folder, file);
    const days = rows.flatMap((raw, index) => parseDailyRow(raw, index + 1, 'index').bar?.date ?? []);
    return fetched(file, days.filter((day) => day >= '2000').toSorted());
  }

  corporateActions(symbol: string): Promise<Fetched<CorporateActions>> {
    const history = SAMPLE_ACTIONS.get(symbol);
    return Promise.resolve(
      history === undefined
        ? empty('corporateActions', 'upstream_empty')
        : fetched('corporateActions', history),
    );
  }

  async snapshot(): Promise<Fetched<MarketSnapshot>> {
    const snapshot = snapshotOf(await readSnapshot(this.#folder));
    const quotes = snapshot.quotes.filter((quote) => this.#offers(quote.symbol));
    return fetched('snapshot', { ...snapshot, quotes });
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
  async #series(kind: SeriesKind): Promise<ReadonlyMap<string, string>> {
    const series = new Map<string, string>();
    for (const [key, file] of await listSeriesFiles(this.#folder, kind)) {
      const symbol = canonicalSymbol(key);
      if (symbol !== undefined && this.#offers(symbol)) series.set(symbol, file);
    }
    return series;
  }

  #offers(symbol: string): boolean {
    return this.#only === undefined || this.#only.has(symbol);
  }
}
