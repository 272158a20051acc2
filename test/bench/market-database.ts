/** A PostgreSQL with a whole market in it: made bars, but stored as a platform of some age has them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../hack/postgres/embedded.ts';
import { run, SERVER } from '../../hack/start/build.ts';

export const BARS_PER_SYMBOL = 2_000;
/** A year of days came one by one, for all symbols; what was before came with the first load, symbol by symbol. */
const DAILY_BARS = 250;
const FIRST_CODE = 600_000;
/** A quarter of 1 GiB, as the operator configures the built-in database. */
const SHARED_BUFFERS = '256MB';

export const symbolOf = (index: number): string => `${FIRST_CODE + index}.SH`;

const DAYS = `
  CREATE TEMP TABLE days AS
  SELECT day::date AS day, row_number() OVER (ORDER BY day) AS n
    FROM (SELECT day FROM generate_series(current_date - 4 * ${BARS_PER_SYMBOL}, current_date, interval '1 day') AS day
           WHERE extract(isodow FROM day) < 6 ORDER BY day DESC LIMIT ${BARS_PER_SYMBOL}) AS newest`;

/** Prices wander around 20 yuan on two waves; the order of the rows is that in which they come onto the disk. */
const bars = (symbols: number, from: number, to: number, order: string): string => `
  INSERT INTO app.daily_bars (source, symbol, trade_date, open, high, low, close, volume, amount, origin)
  SELECT 'sample', (${FIRST_CODE} + s) || '.SH', day, open, greatest(open, close) + up, least(open, close) - down, close,
         volume, round((volume * (open + close) / 2)::numeric, 2), 'sample'
    FROM (SELECT s, day, n, round((20 + 8 * sin(n / 37.0 + s) + 3 * sin(n / 7.0 + 3 * s))::numeric, 2) AS close,
                 round((20 + 8 * sin((n - 1) / 37.0 + s) + 3 * sin((n - 1) / 7.0 + 3 * s))::numeric, 2) AS open,
                 round((random() * 0.2)::numeric, 2) AS up, round((random() * 0.2)::numeric, 2) AS down,
                 (1e6 + random() * 1e7)::bigint AS volume
            FROM generate_series(0, ${symbols - 1}) AS s, days
           WHERE n BETWEEN ${from} AND ${to}
           ORDER BY ${order}) AS made`;

const symbolRows = (symbols: number): string => `
  INSERT INTO app.symbols (symbol, code, exchange, name, kind, source, first_bar, last_bar, bar_count)
  SELECT (${FIRST_CODE} + s) || '.SH', (${FIRST_CODE} + s)::text, 'SH', 'made ' || s, 'stock', 'sample',
         (SELECT min(day) FROM days), (SELECT max(day) FROM days), ${BARS_PER_SYMBOL}
    FROM generate_series(0, ${symbols - 1}) AS s`;

const LOADED = `
  INSERT INTO app.ingestion_runs (key, source, trigger, status) VALUES ('sample:all', 'sample', 'start', 'completed')`;

export class MarketDatabase {
  readonly url: string;
  /** Of PostgreSQL's first process; every other is its child and runs on the same cores. */
  readonly pid: number;
  readonly #folder: string;
  readonly #postgres: EmbeddedPostgres;

  private constructor(folder: string, postgres: EmbeddedPostgres) {
    this.#folder = folder;
    this.#postgres = postgres;
    this.url = postgres.url('application');
    this.pid = Number(readFileSync(join(folder, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
  }

  static async start(symbols: number): Promise<MarketDatabase> {
    const folder = mkdtempSync(join(tmpdir(), 'stock-analysis-bench-'));
    const logFile = join(folder, 'postgres.log');
    const postgres = await startEmbeddedPostgres({
      folder: join(folder, 'postgres'),
      logFile,
      disposable: true,
      sharedBuffers: SHARED_BUFFERS,
    });
    const database = new MarketDatabase(folder, postgres);
    try {
      await database.#fill(symbols);
      return database;
    } catch (error) {
      await database.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.#postgres.stop();
    if (existsSync(this.#folder)) rmSync(this.#folder, { recursive: true, force: true });
  }

  async #fill(symbols: number): Promise<void> {
    const environment = { ...process.env, DATABASE_URL: this.#postgres.url('migrator') };
    await run('migrating', ['dist/entrypoint.js', 'migrate'], { cwd: SERVER, env: environment });
    const client = new Client({ connectionString: this.#postgres.url('admin') });
    await client.connect();
    const split = BARS_PER_SYMBOL - DAILY_BARS;
    for (const statement of [
      DAYS,
      symbolRows(symbols),
      bars(symbols, 1, split, 's, n'),
      bars(symbols, split + 1, BARS_PER_SYMBOL, 'n, s'),
      LOADED,
      'VACUUM ANALYZE',
      'CHECKPOINT',
    ])
      await client.query(statement);
    await client.end();
    // What was just filled would go to the disk during the measurement.
    execFileSync('sync', ['--file-system', this.#folder]);
  }
}
