import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createPartitions } from '../partitions.ts';

/** What is known of a symbol and of the market beside bars: calendar, corporate actions, halts, snapshots, reports, news. */
export class MarketReference1795676460000 implements MigrationInterface {
  readonly name = 'MarketReference1795676460000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      TRADING_DAYS,
      CORPORATE_ACTIONS,
      ADJUSTMENT_FACTORS,
      SEEN_EX_DATES,
      HALTS,
      HALTS_BY_END,
      HALT_LISTS,
      MARKET_SNAPSHOTS,
      MARKET_SNAPSHOTS_LATEST,
      SNAPSHOT_QUOTES,
      VALUATIONS,
      FUNDAMENTALS,
      NEWS,
      NEWS_NEWEST,
      DETAILS_ASKED,
    ]) {
      await runner.query(statement);
    }
    await createPartitions(runner, new Date(), ['snapshot_quotes', 'valuations']);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'details_asked',
      'news',
      'fundamentals',
      'valuations',
      'snapshot_quotes',
      'market_snapshots',
      'halt_lists',
      'halts',
      'seen_ex_dates',
      'adjustment_factors',
      'corporate_actions',
      'trading_days',
    ])
      await runner.query(`DROP TABLE app.${table}`);
  }
}

/** A source's list, ascending: always read, and replaced, as a whole. */
const TRADING_DAYS = `
  CREATE TABLE app.trading_days (
    source      text NOT NULL CONSTRAINT trading_days_pkey PRIMARY KEY,
    days        date[] NOT NULL,
    fetched_at  timestamptz NOT NULL DEFAULT now()
  )`;

/** Terms per share held before the ex-date: cash in yuan before tax, the others in shares, the rights price in yuan. */
const CORPORATE_ACTIONS = `
  CREATE TABLE app.corporate_actions (
    source                text NOT NULL,
    symbol                text NOT NULL,
    ex_date               date NOT NULL,
    record_date           date,
    announced_on          date,
    cash_per_share        numeric(18,8) NOT NULL DEFAULT 0,
    bonus_per_share       numeric(18,8) NOT NULL DEFAULT 0,
    conversion_per_share  numeric(18,8) NOT NULL DEFAULT 0,
    rights_per_share      numeric(18,8) NOT NULL DEFAULT 0,
    rights_price          numeric(18,4),
    adjusts_price         boolean NOT NULL DEFAULT true,
    note                  text,
    origin                text NOT NULL,
    fetched_at            timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT corporate_actions_pkey PRIMARY KEY (source, symbol, ex_date),
    CONSTRAINT corporate_actions_terms_check CHECK (
      cash_per_share >= 0 AND bonus_per_share >= 0 AND conversion_per_share >= 0 AND rights_per_share >= 0
      AND (rights_per_share = 0 OR rights_price > 0))
  )`;

/**
 * One ratio per ex-date: reference price after the exchange's formula by the close before. Prices before the date are
 * multiplied by it. Kept with both prices, so that a reader can check it.
 */
const ADJUSTMENT_FACTORS = `
  CREATE TABLE app.adjustment_factors (
    source          text NOT NULL,
    symbol          text NOT NULL,
    ex_date         date NOT NULL,
    previous_close  numeric(18,4) NOT NULL,
    reference       numeric(18,4) NOT NULL,
    price_factor    double precision NOT NULL,
    share_factor    double precision NOT NULL,
    computed_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT adjustment_factors_pkey PRIMARY KEY (source, symbol, ex_date),
    CONSTRAINT adjustment_factors_positive_check CHECK (price_factor > 0 AND share_factor > 0)
  )`;

/** Ex-dates as closing quotes showed them: the price that the day counted from was not the close of the bar before. */
const SEEN_EX_DATES = `
  CREATE TABLE app.seen_ex_dates (
    source      text NOT NULL,
    symbol      text NOT NULL,
    ex_date     date NOT NULL,
    after_date  date NOT NULL,
    reference   numeric(18,4) NOT NULL,
    seen_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT seen_ex_dates_pkey PRIMARY KEY (source, symbol, ex_date),
    CONSTRAINT seen_ex_dates_order_check CHECK (after_date < ex_date)
  )`;

/** Days without trading of a listed symbol while the market was open; open-ended while \`to_date\` is null. */
const HALTS = `
  CREATE TABLE app.halts (
    source      text NOT NULL,
    symbol      text NOT NULL,
    from_date   date NOT NULL,
    to_date     date,
    reason      text,
    origin      text NOT NULL,
    fetched_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT halts_pkey PRIMARY KEY (source, symbol, from_date),
    CONSTRAINT halts_range_check CHECK (to_date IS NULL OR to_date >= from_date)
  )`;

/** Who is halted on a day: nearly always a recent one, after which few halts end. */
const HALTS_BY_END = `
  CREATE INDEX halts_by_end ON app.halts (source, coalesce(to_date, 'infinity'::date))`;

/** Days whose list of all halts was read: a share that it does not name was not halted. */
const HALT_LISTS = `
  CREATE TABLE app.halt_lists (
    source     text NOT NULL,
    list_date  date NOT NULL,
    CONSTRAINT halt_lists_pkey PRIMARY KEY (source, list_date)
  )`;

/** A row appears when all its quotes are stored, in the same transaction: half a market is never seen. */
const MARKET_SNAPSHOTS = `
  CREATE TABLE app.market_snapshots (
    id          bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    source      text NOT NULL,
    trade_date  date NOT NULL,
    taken_at    timestamptz NOT NULL,
    final       boolean NOT NULL,
    quotes      integer NOT NULL,
    origin      text NOT NULL,
    CONSTRAINT market_snapshots_pkey PRIMARY KEY (source, taken_at)
  )`;

const MARKET_SNAPSHOTS_LATEST = `
  CREATE INDEX market_snapshots_latest ON app.market_snapshots (source, trade_date DESC, taken_at DESC)`;

/** Ratios in percent as terminals show them; null is what the source has not. */
const SNAPSHOT_QUOTES = `
  CREATE TABLE app.snapshot_quotes (
    snapshot_id     bigint NOT NULL,
    trade_date      date NOT NULL,
    symbol          text NOT NULL,
    name            text NOT NULL,
    last            numeric(18,4),
    open            numeric(18,4),
    high            numeric(18,4),
    low             numeric(18,4),
    previous_close  numeric(18,4),
    volume          bigint,
    amount          numeric(24,4),
    volume_ratio    double precision,
    turnover_rate   double precision,
    pe_dynamic      double precision,
    pb              double precision,
    market_cap      numeric(24,2),
    float_cap       numeric(24,2),
    CONSTRAINT snapshot_quotes_pkey PRIMARY KEY (snapshot_id, symbol, trade_date)
  ) PARTITION BY RANGE (trade_date)`;

const VALUATIONS = `
  CREATE TABLE app.valuations (
    source        text NOT NULL,
    symbol        text NOT NULL,
    trade_date    date NOT NULL,
    close         numeric(18,4),
    pe_ttm        double precision,
    pe_static     double precision,
    pb            double precision,
    ps            double precision,
    pcf           double precision,
    peg           double precision,
    market_cap    numeric(24,2),
    float_cap     numeric(24,2),
    total_shares  bigint,
    float_shares  bigint,
    origin        text NOT NULL,
    fetched_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT valuations_pkey PRIMARY KEY (source, symbol, trade_date)
  ) PARTITION BY RANGE (trade_date)`;

/**
 * \`public_from\` is the legal deadline of the report where the source gives no date of publication. A figure that is
 * restated later is a row of its own, from the day on which that was seen.
 */
const FUNDAMENTALS = `
  CREATE TABLE app.fundamentals (
    source       text NOT NULL,
    symbol       text NOT NULL,
    report_date  date NOT NULL,
    category     text NOT NULL,
    item         text NOT NULL,
    value        numeric(30,6) NOT NULL,
    unit         text NOT NULL,
    public_from  date NOT NULL,
    origin       text NOT NULL,
    fetched_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fundamentals_pkey PRIMARY KEY (source, symbol, report_date, category, item, public_from)
  )`;

const NEWS = `
  CREATE TABLE app.news (
    id            bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    source        text NOT NULL,
    symbol        text NOT NULL,
    url           text NOT NULL,
    title         text NOT NULL,
    excerpt       text NOT NULL,
    publisher     text,
    published_at  timestamptz NOT NULL,
    origin        text NOT NULL,
    fetched_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT news_pkey PRIMARY KEY (source, symbol, url)
  )`;

const NEWS_NEWEST = `
  CREATE INDEX news_newest ON app.news (source, symbol, published_at DESC, id DESC)`;

/** When the source was asked last for what is known of a company beside prices, and when it last had an answer about news. */
const DETAILS_ASKED = `
  CREATE TABLE app.details_asked (
    source    text NOT NULL,
    symbol    text NOT NULL,
    asked_at  timestamptz NOT NULL,
    news_at   timestamptz,
    CONSTRAINT details_asked_pkey PRIMARY KEY (source, symbol)
  )`;
