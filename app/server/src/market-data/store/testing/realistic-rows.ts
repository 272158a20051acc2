import type { ClientBase } from 'pg';

/** A symbol of the number `n`; 600000.SH is 0. */
const SYMBOL = `lpad((600000 + n)::text, 6, '0') || '.SH'`;

/**
 * Amounts from which a planner judges as it does in operation: a thousand series of a year, and of everything else some
 * ten thousand rows. Written by one statement each; the numbers mean nothing.
 */
const ROWS: readonly string[] = [
  `INSERT INTO app.symbols (source, symbol, code, exchange, name, kind, board, first_bar, last_bar, bar_count)
   SELECT source, ${SYMBOL}, lpad((600000 + n)::text, 6, '0'), 'SH', 'N' || n, 'stock', 'main', '2024-01-01', '2024-09-06', 250
     FROM generate_series(0, 2499) AS n CROSS JOIN (VALUES ('sample'), ('aktools')) AS sources (source)`,
  `INSERT INTO app.daily_bars (source, symbol, trade_date, open, high, low, close, volume, amount, origin)
   SELECT source, ${SYMBOL}, date '2024-01-01' + day, 10, 11, 9, 10, 1000, 10000, 'eastmoney'
     FROM generate_series(1, 499) AS n CROSS JOIN generate_series(0, 249) AS day
    CROSS JOIN (VALUES ('sample'), ('aktools')) AS sources (source)`,
  `INSERT INTO app.minute_bars (source, symbol, at, open, high, low, close, volume, amount, origin)
   SELECT 'sample', ${SYMBOL}, timestamp '2024-06-03 09:30' + minute * interval '1 minute', 10, 11, 9, 10, 1000, 10000, 'eastmoney'
     FROM generate_series(1, 50) AS n CROSS JOIN generate_series(1, 1000) AS minute`,
  `INSERT INTO app.corporate_actions (source, symbol, ex_date, cash_per_share, origin)
   SELECT source, ${SYMBOL}, date '2000-06-01' + year * 365, 0.1, 'eastmoney'
     FROM generate_series(1, 999) AS n CROSS JOIN generate_series(0, 19) AS year
    CROSS JOIN (VALUES ('sample'), ('aktools')) AS sources (source)`,
  `INSERT INTO app.adjustment_factors (source, symbol, ex_date, previous_close, reference, price_factor, share_factor)
   SELECT source, symbol, ex_date, 10, 9.9, 0.99, 1 FROM app.corporate_actions`,
  `INSERT INTO app.seen_ex_dates (source, symbol, ex_date, after_date, reference)
   SELECT source, symbol, ex_date, ex_date - 1, 9.9 FROM app.corporate_actions`,
  `INSERT INTO app.halts (source, symbol, from_date, to_date, origin)
   SELECT source, symbol, ex_date, ex_date + 3, 'derived' FROM app.corporate_actions`,
  `INSERT INTO app.quarantine (source, symbol, dataset, origin, row_number, subject, trade_date, reason, disposition, detail, raw, bar)
   SELECT 'sample', ${SYMBOL}, 'daily', 'sample', number, number::text, '2024-01-02', 'turnover_missing', 'flagged', 'd',
          to_jsonb(number), '{"date": "2024-01-02", "open": 1, "high": 1, "low": 1, "close": 1, "volume": 1, "amount": 1}'
     FROM generate_series(0, 999) AS n CROSS JOIN generate_series(1, 20) AS number`,
  `INSERT INTO app.ingestion_runs (key, source, kind, trigger, status, created_at, started_at, finished_at, due_at)
   SELECT 'sample:refresh:all', 'sample', 'refresh', 'schedule', 'completed', at, at, at, at
     FROM generate_series(timestamptz '2020-01-01', '2024-01-01', '1 day') AS at`,
  `INSERT INTO app.ingestion_runs (key, source, kind, trigger, status, created_at)
   SELECT 'sample:' || n, 'sample', 'history', 'start', 'completed', timestamptz '2020-01-01' + n * interval '1 day'
     FROM generate_series(1, 20) AS n`,
  `INSERT INTO app.ingestion_progress (run_id, symbol, rows_total, rows_done, finished_at, outcome)
   SELECT id, ${SYMBOL}, 1, 1, now(), 'data' FROM app.ingestion_runs CROSS JOIN generate_series(0, 49) AS n`,
  `INSERT INTO app.market_snapshots (source, trade_date, taken_at, final, quotes, origin)
   SELECT 'aktools', date '2023-06-01' + n, date '2023-06-01' + n, n % 8 = 0, 200, 'eastmoney' FROM generate_series(0, 400) AS n`,
  `INSERT INTO app.snapshot_quotes (snapshot_id, trade_date, symbol, name)
   SELECT id, trade_date, ${SYMBOL}, 'N' FROM app.market_snapshots CROSS JOIN generate_series(0, 199) AS n`,
  `INSERT INTO app.valuations (source, symbol, trade_date, origin)
   SELECT 'aktools', ${SYMBOL}, date '2024-01-01' + day, 'eastmoney'
     FROM generate_series(0, 99) AS n CROSS JOIN generate_series(0, 199) AS day`,
  `INSERT INTO app.fundamentals (source, symbol, report_date, category, item, value, unit, public_from, origin)
   SELECT 'aktools', ${SYMBOL}, date '2010-03-31' + quarter * 91, 'c', 'i' || item, 1, '元', date '2010-04-30' + quarter * 91, 'sina'
     FROM generate_series(0, 49) AS n CROSS JOIN generate_series(0, 39) AS quarter CROSS JOIN generate_series(0, 9) AS item`,
  `INSERT INTO app.news (source, symbol, url, title, excerpt, published_at, origin)
   SELECT 'aktools', ${SYMBOL}, 'https://example.com/' || item, 't', 'e', timestamptz '2024-01-01' + item * interval '1 hour', 'eastmoney'
     FROM generate_series(0, 199) AS n CROSS JOIN generate_series(0, 99) AS item`,
  `INSERT INTO app.trading_days (source, days) SELECT 'aktools', array_agg(date '1990-12-19' + n) FROM generate_series(0, 4999) AS n`,
  `INSERT INTO app.halt_lists (source, list_date) SELECT 'aktools', date '2014-01-01' + n FROM generate_series(0, 2499) AS n`,
];

/** @param owner a session that may write and analyse everything */
export async function fillRealistically(owner: ClientBase): Promise<void> {
  for (const statement of ROWS) await owner.query(statement);
  await owner.query('ANALYZE');
}
