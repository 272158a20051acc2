import type { Database } from '../../../database/sql.ts';
import { AKToolsProvider } from '../../aktools/aktools-provider.ts';
import { FakeAKTools, json } from '../../aktools/testing/fake-aktools.ts';
import { openProvider } from '../../aktools/testing/open-provider.ts';
import { eastmoneyHistory, type Table } from '../../aktools/testing/sample-tables.ts';
import { MarketCalendars } from '../../market-calendars.ts';
import { StoredMarketFacts } from '../../store/market-facts.ts';
import type { Run } from '../run.ts';
import { createRun } from './runs.ts';

/** One run after the other of the live adapter before the fake AKTools server, at a time that the test sets. */
export class FakeMarket {
  readonly fake: FakeAKTools;
  readonly #database: Database;
  now = new Date('2024-07-16T18:00:00+08:00');

  private constructor(fake: FakeAKTools, database: Database) {
    this.fake = fake;
    this.#database = database;
  }

  static async start(database: Database): Promise<FakeMarket> {
    return new FakeMarket(await FakeAKTools.start(), database);
  }

  /** The table that a function answers with from now on. */
  answers(name: string, table: Table | ((query: Readonly<Record<string, string>>) => Table)): void {
    this.fake.overrides.set(name, (response, query) =>
      json(response, 200, typeof table === 'function' ? table(query) : table),
    );
  }

  /** The bars of shares without those days. */
  lacks(...days: readonly string[]): void {
    this.answers('stock_zh_a_hist', ({ symbol = '', start_date = '', end_date = '' }) =>
      eastmoneyHistory(`${symbol}.${symbol.startsWith('6') ? 'SH' : 'SZ'}`, start_date, end_date).filter(
        ({ 日期: date }) => !days.includes(String(date).slice(0, 10)),
      ),
    );
  }

  /** A run with an adapter of its own, which has kept no answer. @returns it, and what it warns of */
  async run(changes: Partial<Run> = {}): Promise<{ readonly run: Run; readonly warnings: string[] }> {
    const database = this.#database;
    const clock = { now: () => this.now };
    const calendars = await MarketCalendars.stored(database, 'aktools', () => undefined);
    const calendarOf = (symbol: string) => Promise.resolve(calendars.of(symbol));
    const facts = new StoredMarketFacts({ database, source: 'aktools', clock, calendarOf });
    const { gateway } = openProvider(this.fake.url, clock);
    const warnings: string[] = [];
    const run: Run = {
      database,
      provider: new AKToolsProvider({ gateway, facts }),
      runId: await createRun(database, { source: 'aktools' }),
      symbols: undefined,
      configured: undefined,
      calendars,
      now: clock.now,
      signal: new AbortController().signal,
      turnEnds: new Date(8.64e15),
      chunkRows: 5_000,
      onChunk: () => undefined,
      warn: (text) => void warnings.push(text),
      logFailure: () => undefined,
      ...changes,
    };
    return { run, warnings };
  }
}
