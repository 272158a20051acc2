import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Symbols, raw daily bars, refused or doubtful source rows, and the runs that load them. */
export class MarketData1732320000000 implements MigrationInterface {
  readonly name = 'MarketData1732320000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      SYMBOLS,
      DAILY_BARS,
      INGESTION_RUNS,
      INGESTION_RUNS_ACTIVE,
      INGESTION_PROGRESS,
      QUARANTINE,
      QUARANTINE_ORDER,
    ]) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['quarantine', 'ingestion_progress', 'ingestion_runs', 'daily_bars', 'symbols']) {
      await runner.query(`DROP TABLE app.${table}`);
    }
  }
}

const SYMBOLS = `
  CREATE TABLE app.symbols (
    symbol      text NOT NULL CONSTRAINT symbols_pkey PRIMARY KEY
                CONSTRAINT symbols_symbol_check CHECK (symbol ~ '^[0-9]{6}[.](SH|SZ|BJ)$'),
    code        text NOT NULL,
    exchange    text NOT NULL,
    name        text NOT NULL,
    kind        text NOT NULL CONSTRAINT symbols_kind_check CHECK (kind IN ('stock', 'index')),
    pinyin      text,
    source      text NOT NULL,
    first_bar   date,
    last_bar    date,
    bar_count   integer NOT NULL DEFAULT 0,
    updated_at  timestamptz NOT NULL DEFAULT now()
  )`;

const DAILY_BARS = `
  CREATE TABLE app.daily_bars (
    symbol       text NOT NULL CONSTRAINT daily_bars_symbol_fkey REFERENCES app.symbols,
    trade_date   date NOT NULL,
    open         numeric(18,4) NOT NULL,
    high         numeric(18,4) NOT NULL,
    low          numeric(18,4) NOT NULL,
    close        numeric(18,4) NOT NULL,
    volume       bigint NOT NULL,
    amount       numeric(24,4) NOT NULL,
    source       text NOT NULL,
    ingested_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT daily_bars_pkey PRIMARY KEY (symbol, trade_date),
    CONSTRAINT daily_bars_price_check CHECK (low > 0 AND high >= greatest(open, close) AND low <= least(open, close)),
    CONSTRAINT daily_bars_turnover_check CHECK (volume >= 0 AND amount >= 0)
  )`;

const INGESTION_RUNS = `
  CREATE TABLE app.ingestion_runs (
    id           uuid NOT NULL CONSTRAINT ingestion_runs_pkey PRIMARY KEY DEFAULT gen_random_uuid(),
    key          text NOT NULL,
    source       text NOT NULL,
    trigger      text NOT NULL,
    symbols      text[],
    job_id       uuid,
    fingerprint  text,
    status       text NOT NULL DEFAULT 'queued'
                 CONSTRAINT ingestion_runs_status_check CHECK (status IN ('queued', 'running', 'completed', 'failed')),
    attempts     integer NOT NULL DEFAULT 0,
    error        text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    started_at   timestamptz,
    finished_at  timestamptz
  )`;

// One run per key: a second request joins the run that is queued or running.
const INGESTION_RUNS_ACTIVE = `
  CREATE UNIQUE INDEX ingestion_runs_active_key ON app.ingestion_runs (key) WHERE status IN ('queued', 'running')`;

const INGESTION_PROGRESS = `
  CREATE TABLE app.ingestion_progress (
    run_id            uuid NOT NULL CONSTRAINT ingestion_progress_run_fkey REFERENCES app.ingestion_runs ON DELETE CASCADE,
    symbol            text NOT NULL,
    rows_total        integer NOT NULL,
    rows_done         integer NOT NULL DEFAULT 0,
    rows_quarantined  integer NOT NULL DEFAULT 0,
    rows_flagged      integer NOT NULL DEFAULT 0,
    started_at        timestamptz NOT NULL DEFAULT now(),
    finished_at       timestamptz,
    CONSTRAINT ingestion_progress_pkey PRIMARY KEY (run_id, symbol)
  )`;

// "rejected" rows are not among the bars; "flagged" ones are, and the reason says what to distrust.
const QUARANTINE = `
  CREATE TABLE app.quarantine (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT quarantine_pkey PRIMARY KEY,
    source       text NOT NULL,
    symbol       text NOT NULL,
    row_number   integer NOT NULL,
    trade_date   text,
    reason       text NOT NULL,
    disposition  text NOT NULL CONSTRAINT quarantine_disposition_check CHECK (disposition IN ('rejected', 'flagged')),
    detail       text NOT NULL,
    raw          jsonb NOT NULL,
    found_at     timestamptz NOT NULL DEFAULT now()
  )`;

const QUARANTINE_ORDER = `
  CREATE UNIQUE INDEX quarantine_source_row_key ON app.quarantine (source, symbol, row_number, reason)`;
