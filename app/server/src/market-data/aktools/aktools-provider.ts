import { createHash } from 'node:crypto';
import { kindOf } from '../../common/market/symbol.ts';
import type { Answer, Gateway } from '../gateway/gateway.ts';
import type {
  CorporateActions,
  DateRange,
  EmptyReason,
  Fetched,
  Fundamental,
  Halt,
  MarketDataProvider,
  MarketSnapshot,
  MinuteRow,
  NewsItem,
  SourceRow,
  SymbolListing,
  SymbolProfile,
  Valuation,
} from '../provider.ts';
import { offersOf } from '../market-data-source.ts';
import { SourceError } from '../source-error.ts';
import { ask, fetched, type Question } from './asking.ts';
import { readMinutes } from './bars.ts';
import { compactDate } from './cells.ts';
import { checkedSymbol, stockCode } from './codes.ts';
import { readFundamentals, readNews, readProfile, readValuations } from './company.ts';
import { actionsOf, readDividends, readRights } from './corporate-actions.ts';
import { fetchDailyRows } from './daily-rows.ts';
import * as functions from './functions.ts';
import { type MarketFacts, reasonOf, reasonOfCompany, reasonOfMarket } from './market-facts.ts';
import { readHalts, readNames, readQuotes, readTradingDays } from './market.ts';

const HOUR_MS = 3_600_000;
/** How old an answer about the whole market may be before it is asked for again. */
const FRESH = { names: 12 * HOUR_MS, tradingDays: 24 * HOUR_MS, quotes: 60_000 };
/** The exchanges opened on 1990-12-19. */
const FIRST_DAY = '1990-12-19';

const someOf = <Row>(rows: readonly Row[]): readonly Row[] | undefined =>
  rows.length === 0 ? undefined : rows;

export interface AKToolsOptions {
  readonly gateway: Gateway;
  readonly facts: MarketFacts;
  /** Canonical symbols to offer; undefined: all that are listed, and the indices known here. */
  readonly only?: readonly string[] | undefined;
}

/** Live A-share data of Eastmoney, Sina, Tencent and the exchanges, by way of an AKTools server. */
export class AKToolsProvider implements MarketDataProvider {
  readonly source = 'aktools';
  readonly offers = offersOf(this.source);
  readonly #gateway: Gateway;
  readonly #facts: MarketFacts;
  readonly #only: readonly string[] | undefined;

  constructor({ gateway, facts, only }: AKToolsOptions) {
    this.#gateway = gateway;
    this.#facts = facts;
    this.#only = only;
  }

  /** A live source has something new all the time: what repeats a load of everything is another choice of symbols. */
  fingerprint(): Promise<string> {
    const selection = this.#only === undefined ? '*' : [...this.#only].sort().join();
    return Promise.resolve(
      createHash('sha256').update(`${this.source}\0${selection}`).digest('hex').slice(0, 32),
    );
  }

  async listSymbols(signal?: AbortSignal): Promise<Fetched<readonly SymbolListing[]>> {
    const of = functions.stockNames;
    const answer = await this.#ask({ of, parameters: {}, read: readNames, freshMs: FRESH.names }, signal);
    const only = this.#only;
    if (only === undefined) return fetched(of, answer);
    return fetched(of, { ...answer, value: answer.value.filter(({ symbol }) => only.includes(symbol)) });
  }

  async listSeries(signal?: AbortSignal): Promise<readonly string[]> {
    if (this.#only !== undefined) return this.#only;
    const listed = await this.listSymbols(signal);
    return listed.outcome === 'data' ? listed.value.map(({ symbol }) => symbol) : [];
  }

  async dailyRows(
    symbol: string,
    range: DateRange = {},
    signal?: AbortSignal,
  ): Promise<Fetched<readonly SourceRow[]>> {
    const asked = { from: range.from ?? FIRST_DAY, to: range.to ?? this.#facts.today() };
    const context = { gateway: this.#gateway, facts: this.#facts };
    return fetchDailyRows(context, checkedSymbol(symbol), asked, signal);
  }

  /** Of the latest day only: of earlier ones the upstream does not tell the open. */
  async minuteRows(symbol: string, signal?: AbortSignal): Promise<Fetched<readonly MinuteRow[]>> {
    const code = stockCode(symbol);
    const day = (await this.#quoteDay(this.#facts.now())).date;
    const of = functions.minuteHistory;
    const range = { from: day, to: day };
    const question = {
      of,
      parameters: {
        symbol: code,
        period: '1',
        start_date: `${day} 09:00:00`,
        end_date: `${day} 16:00:00`,
      },
      read: (body: string) => someOf(readMinutes(body, range)),
    };
    return this.#askOrWhy(question, () => reasonOf(this.#facts, symbol, range), signal);
  }

  async tradingDays(signal?: AbortSignal): Promise<Fetched<readonly string[]>> {
    const of = functions.tradingDays;
    const question = { of, parameters: {}, read: readTradingDays, freshMs: FRESH.tradingDays };
    return fetched(of, await this.#ask(question, signal));
  }

  async corporateActions(symbol: string, signal?: AbortSignal): Promise<Fetched<CorporateActions>> {
    const { dividends, rightsIssues } = functions;
    // An index pays nothing out, and nobody needs to be asked for it.
    if (kindOf(checkedSymbol(symbol)) === 'index')
      return fetched(dividends, { value: actionsOf([]), fetchedAt: this.#facts.now(), stale: false });
    const code = stockCode(symbol);
    const paid = await this.#ask(
      { of: dividends, parameters: { symbol: code, indicator: '分红' }, read: readDividends },
      signal,
    );
    const offered = await this.#ask(
      { of: rightsIssues, parameters: { symbol: code, indicator: '配股' }, read: readRights },
      signal,
    );
    return fetched(dividends, { ...paid, value: actionsOf([...paid.value, ...offered.value]) });
  }

  async snapshot(signal?: AbortSignal): Promise<Fetched<MarketSnapshot>> {
    const of = functions.marketQuotes;
    const answer = await this.#ask({ of, parameters: {}, read: readQuotes, freshMs: FRESH.quotes }, signal);
    // Quotes carry no date: it is the day on which the upstream was asked, also for a kept answer.
    const { date: tradeDate, final } = await this.#quoteDay(answer.fetchedAt);
    return fetched(of, { ...answer, value: { tradeDate, final, quotes: answer.value } });
  }

  profile(symbol: string, signal?: AbortSignal): Promise<Fetched<SymbolProfile>> {
    return this.#about(symbol, functions.companyProfile, readProfile, signal);
  }

  valuations(symbol: string, signal?: AbortSignal): Promise<Fetched<readonly Valuation[]>> {
    const range = { from: FIRST_DAY, to: this.#facts.today() };
    const read = (body: string): readonly Valuation[] | undefined => someOf(readValuations(body, range));
    return this.#about(symbol, functions.valuationHistory, read, signal);
  }

  fundamentals(symbol: string, signal?: AbortSignal): Promise<Fetched<readonly Fundamental[]>> {
    return this.#about(symbol, functions.reportFigures, (body) => someOf(readFundamentals(body)), signal);
  }

  news(symbol: string, signal?: AbortSignal): Promise<Fetched<readonly NewsItem[]>> {
    return this.#about(symbol, functions.newsSearch, (body) => someOf(readNews(body)), signal);
  }

  async halts(date: string, signal?: AbortSignal): Promise<Fetched<readonly Halt[]>> {
    const question = { of: functions.suspensions, parameters: { date: compactDate(date) }, read: readHalts };
    return this.#askOrWhy(question, () => reasonOfMarket(this.#facts, date), signal);
  }

  async #about<Value>(
    symbol: string,
    of: functions.UpstreamFunction,
    read: (body: string, code: string) => Value | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Fetched<Value>> {
    const code = stockCode(symbol);
    const question = { of, parameters: { symbol: code }, read: (body: string) => read(body, code) };
    return this.#askOrWhy(question, () => reasonOfCompany(this.#facts, symbol), signal);
  }

  /** What `question` reads as undefined is nothing, and so is what an upstream fails to say of this symbol alone. */
  async #askOrWhy<Value>(
    question: Question<Value | undefined>,
    why: () => Promise<EmptyReason>,
    signal: AbortSignal | undefined,
  ): Promise<Fetched<Value>> {
    const { origin, name: operation } = question.of;
    const nothing = async (fetchedAt: Date): Promise<Fetched<Value>> => {
      const reason = await why();
      return { origin, operation, fetchedAt, outcome: 'empty', reason };
    };
    try {
      const { value, ...answer } = await this.#ask(question, signal);
      return value === undefined
        ? await nothing(answer.fetchedAt)
        : fetched(question.of, { value, ...answer });
    } catch (error) {
      if (!(error instanceof SourceError) || error.failure !== 'symbol_failed') throw error;
      return nothing(this.#facts.now());
    }
  }

  #ask<Value>(question: Question<Value>, signal: AbortSignal | undefined): Promise<Answer<Value>> {
    return ask(this.#gateway, question, signal);
  }

  /** @throws SourceError when the calendar does not reach that day */
  async #quoteDay(at: Date): Promise<{ readonly date: string; readonly final: boolean }> {
    const day = await this.#facts.quoteDay(at);
    if (day !== undefined) return day;
    throw new SourceError('the day of the quotes', {
      failure: 'not_offered',
      cause: `the calendar does not know the trading day of ${at.toISOString()}`,
    });
  }
}
