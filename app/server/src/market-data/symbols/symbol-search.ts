import { ROWS_VERSION } from '../store/rows-version.ts';
import { SYMBOL_COLUMNS, type SymbolRow } from './symbol-facts.ts';

export interface SearchRow extends SymbolRow {
  readonly rank: number;
  readonly total: number;
}

/**
 * A symbol that is named exactly comes first, then those with bars: they are what can be looked at.
 * $1 text, $2 source, $3 exchange, $4 board, $5 kind, $6 listed, $7 and $8 rank and symbol of the last item before,
 * $9 most rows. `total` counts the matches on all pages.
 */
export const SEARCH = `
  WITH matches AS (
    SELECT ${SYMBOL_COLUMNS},
           CASE WHEN stored.symbol = upper($1) THEN 0 WHEN stored.code = $1 THEN 1
                WHEN stored.bar_count > 0 THEN 2 ELSE 3 END AS rank
      FROM app.symbols AS stored
     WHERE stored.source = $2
       AND ($1 = '' OR starts_with(stored.symbol, upper($1)) OR starts_with(stored.pinyin, upper($1))
            OR strpos(upper(stored.name), upper($1)) > 0)
       AND ($3::text IS NULL OR stored.exchange = $3)
       AND ($4::text IS NULL OR stored.board = $4)
       AND ($5::text IS NULL OR stored.kind = $5)
       AND ($6::boolean IS NULL OR (stored.listing_status <> 'delisted') = $6)
  )
  SELECT *, (SELECT count(*)::int FROM matches) AS total
    FROM matches
   WHERE $7::int IS NULL OR (rank, symbol) > ($7::int, $8::text)
   ORDER BY rank, symbol
   LIMIT $9`;

/** What a list of symbols depends on, $1 source: their rows, and whether the first load has ended. */
export const LIST_STATE = `
  SELECT concat_ws(' ', listed.version, loaded.has) AS version, listed."asOf", loaded.has AS "hasLoaded"
    FROM (SELECT ${ROWS_VERSION} AS version, max(last_bar)::text AS "asOf" FROM app.symbols WHERE source = $1) AS listed
   CROSS JOIN (SELECT EXISTS (SELECT 1 FROM app.ingestion_runs
                               WHERE source = $1 AND kind = 'history' AND symbols IS NULL AND status = 'completed') AS has) AS loaded`;

export interface ListState {
  readonly version: string;
  readonly asOf: string | null;
  readonly hasLoaded: boolean;
}
