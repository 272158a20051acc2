import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createPartitions } from '../partitions.ts';

/**
 * Everything stored belongs to one source, so that a platform that changes from the sample to a live source, or back,
 * never mixes two histories. Daily bars are partitioned; every row says which upstream it came from.
 */
export class SeriesBySource1795676400000 implements MigrationInterface {
  readonly name = 'SeriesBySource1795676400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of SYMBOLS) await runner.query(statement);
    await runner.query('ALTER TABLE app.daily_bars RENAME TO daily_bars_before');
    await runner.query(
      'ALTER TABLE app.daily_bars_before RENAME CONSTRAINT daily_bars_pkey TO daily_bars_before_pkey',
    );
    await runner.query(DAILY_BARS);
    await runner.query(MINUTE_BARS);
    await createPartitions(runner, new Date(), ['daily_bars', 'minute_bars']);
    await runner.query(MOVE_DAILY_BARS);
    await runner.query('DROP TABLE app.daily_bars_before');
    for (const statement of QUARANTINE) await runner.query(statement);
    for (const statement of RUNS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(
      new Error(
        'bars of several sources do not fit into the schema before this one; restore a backup instead',
      ),
    );
  }
}

const SYMBOLS = [
  'ALTER TABLE app.daily_bars DROP CONSTRAINT daily_bars_symbol_fkey',
  'ALTER TABLE app.symbols DROP CONSTRAINT symbols_pkey',
  'ALTER TABLE app.symbols ADD CONSTRAINT symbols_pkey PRIMARY KEY (source, symbol)',
  `ALTER TABLE app.symbols
     ADD COLUMN board text NOT NULL DEFAULT 'unknown'
         CONSTRAINT symbols_board_check CHECK (board IN ('main', 'chinext', 'star', 'bse', 'b-share', 'index', 'unknown')),
     ADD COLUMN special_treatment boolean NOT NULL DEFAULT false,
     ADD COLUMN listing_status text NOT NULL DEFAULT 'listed'
         CONSTRAINT symbols_listing_status_check CHECK (listing_status IN ('listed', 'suspended', 'delisted')),
     ADD COLUMN listed_on date,
     ADD COLUMN delisted_on date,
     ADD COLUMN industry text,
     ADD COLUMN total_shares bigint,
     ADD COLUMN float_shares bigint,
     ADD COLUMN factors_known_from date,
     ADD COLUMN factors_known_until date`,
  // Every answer about a symbol is compared with the newest bar of its source.
  `CREATE INDEX symbols_newest ON app.symbols (source, last_bar DESC) WHERE last_bar IS NOT NULL`,
  `COMMENT ON COLUMN app.symbols.factors_known_from IS
     'every ex-date of the symbol from this date to factors_known_until is among the corporate actions; null: none is known, so prices cannot be adjusted'`,
] as const;

// No foreign key to symbols: its check costs a look-up for every row of a load, and the load writes both anyway.
const DAILY_BARS = `
  CREATE TABLE app.daily_bars (
    source       text NOT NULL,
    symbol       text NOT NULL,
    trade_date   date NOT NULL,
    open         numeric(18,4) NOT NULL,
    high         numeric(18,4) NOT NULL,
    low          numeric(18,4) NOT NULL,
    close        numeric(18,4) NOT NULL,
    volume       bigint NOT NULL,
    amount       numeric(24,4) NOT NULL,
    partial      boolean NOT NULL DEFAULT false,
    origin       text NOT NULL,
    fetched_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT daily_bars_pkey PRIMARY KEY (source, symbol, trade_date),
    CONSTRAINT daily_bars_price_check CHECK (low > 0 AND high >= greatest(open, close) AND low <= least(open, close)),
    CONSTRAINT daily_bars_turnover_check CHECK (volume >= 0 AND amount >= 0)
  ) PARTITION BY RANGE (trade_date)`;

const MOVE_DAILY_BARS = `
  INSERT INTO app.daily_bars (source, symbol, trade_date, open, high, low, close, volume, amount, origin, fetched_at)
  SELECT source, symbol, trade_date, open, high, low, close, volume, amount, source, ingested_at
    FROM app.daily_bars_before`;

/** `at` is the civil time of the exchange (Asia/Shanghai) at the end of the minute, as terminals write it. */
const MINUTE_BARS = `
  CREATE TABLE app.minute_bars (
    source       text NOT NULL,
    symbol       text NOT NULL,
    at           timestamp(0) NOT NULL,
    open         numeric(18,4) NOT NULL,
    high         numeric(18,4) NOT NULL,
    low          numeric(18,4) NOT NULL,
    close        numeric(18,4) NOT NULL,
    volume       bigint NOT NULL,
    amount       numeric(24,4) NOT NULL,
    origin       text NOT NULL,
    fetched_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT minute_bars_pkey PRIMARY KEY (source, symbol, at),
    CONSTRAINT minute_bars_price_check CHECK (low > 0 AND high >= greatest(open, close) AND low <= least(open, close)),
    CONSTRAINT minute_bars_turnover_check CHECK (volume >= 0 AND amount >= 0)
  ) PARTITION BY RANGE (at)`;

/**
 * "rejected" rows can never be bars; "held" ones wait for a person; "flagged" ones are bars with a remark. A finding is
 * known by its `subject`, which is what it is about and not where it stood or how it was written, so that a decision about
 * it outlives every reload and holds for whichever upstream brings the same bar. `occurrence` tells rows apart that say the
 * same in one answer.
 */
const QUARANTINE = [
  'ALTER TABLE app.quarantine DROP CONSTRAINT quarantine_disposition_check',
  `ALTER TABLE app.quarantine
     ADD CONSTRAINT quarantine_disposition_check CHECK (disposition IN ('rejected', 'held', 'flagged')),
     ADD COLUMN dataset text NOT NULL DEFAULT 'daily'
         CONSTRAINT quarantine_dataset_check CHECK (dataset IN ('daily', 'minutes', 'quotes')),
     ADD COLUMN origin text NOT NULL DEFAULT 'sample',
     ADD COLUMN subject text,
     ADD COLUMN occurrence integer NOT NULL DEFAULT 0,
     ADD COLUMN bar jsonb,
     ADD COLUMN run_id uuid,
     ADD COLUMN resolution text CONSTRAINT quarantine_resolution_check CHECK (resolution IN ('released', 'dropped')),
     ADD COLUMN resolved_at timestamptz,
     ADD COLUMN resolved_because text`,
  `COMMENT ON COLUMN app.quarantine.bar IS 'the bar that the row is or would be, in shares and yuan; null where it can be none'`,
  `COMMENT ON COLUMN app.quarantine.subject IS 'time and prices of the bar; of a row that can be none a digest of the row'`,
  `COMMENT ON COLUMN app.quarantine.run_id IS 'the run that found it last'`,
  'ALTER TABLE app.quarantine ALTER COLUMN dataset DROP DEFAULT, ALTER COLUMN origin DROP DEFAULT',
  `UPDATE app.quarantine AS stored SET subject = md5(raw::text), occurrence = numbered.occurrence
     FROM (SELECT id, row_number() OVER (PARTITION BY source, symbol, reason, raw ORDER BY row_number) - 1 AS occurrence
             FROM app.quarantine) AS numbered
    WHERE stored.id = numbered.id`,
  'ALTER TABLE app.quarantine ALTER COLUMN subject SET NOT NULL',
  'DROP INDEX app.quarantine_source_row_key',
  'CREATE UNIQUE INDEX quarantine_row_key ON app.quarantine (source, symbol, dataset, reason, subject, occurrence)',
] as const;

/** `due_at` is the firing of the schedule that a run answers; `resume_at` says until when a waiting run waits. */
const RUNS = [
  `ALTER TABLE app.ingestion_runs
     ADD COLUMN kind text NOT NULL DEFAULT 'history'
         CONSTRAINT ingestion_runs_kind_check
         CHECK (kind IN ('history', 'refresh', 'snapshot', 'minutes', 'details')),
     ADD COLUMN warnings jsonb NOT NULL DEFAULT '[]',
     ADD COLUMN due_at timestamptz,
     ADD COLUMN resume_at timestamptz,
     ADD COLUMN pauses integer NOT NULL DEFAULT 0`,
  // A load that was under way has the key that its order would get now, so that the next order joins it.
  `UPDATE app.ingestion_runs SET key = source || ':history:' || substr(key, length(source) + 2)`,
  // One run per firing, whoever notices it first, also after that run has ended.
  `CREATE UNIQUE INDEX ingestion_runs_firing_key ON app.ingestion_runs (source, kind, due_at) WHERE due_at IS NOT NULL`,
  'CREATE INDEX ingestion_runs_newest ON app.ingestion_runs (created_at DESC, id DESC)',
  // Whether everything was loaded once is asked by nearly every answer.
  `CREATE INDEX ingestion_runs_completed ON app.ingestion_runs (source, kind, created_at DESC)
    WHERE status = 'completed' AND symbols IS NULL`,
  `ALTER TABLE app.ingestion_progress
     ADD COLUMN outcome text NOT NULL DEFAULT 'pending'
         CONSTRAINT ingestion_progress_outcome_check CHECK (outcome IN ('pending', 'data', 'empty', 'failed')),
     ADD COLUMN origin text,
     ADD COLUMN detail text`,
  `UPDATE app.ingestion_progress SET outcome = 'data' WHERE finished_at IS NOT NULL`,
] as const;
