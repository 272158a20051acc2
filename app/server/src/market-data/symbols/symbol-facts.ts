import type { Board, SymbolKind } from '../../common/market/symbol.ts';
import { ROWS_VERSION } from '../store/rows-version.ts';

export type ListingStatus = 'listed' | 'suspended' | 'delisted';

/** What is stored of a symbol, read in one statement. Dates are civil dates of the exchange. */
export interface SymbolRow {
  readonly symbol: string;
  readonly name: string;
  readonly exchange: string;
  readonly kind: SymbolKind;
  readonly board: Board;
  readonly pinyin: string | null;
  readonly specialTreatment: boolean;
  readonly listingStatus: ListingStatus;
  readonly listedOn: string | null;
  readonly delistedOn: string | null;
  readonly industry: string | null;
  readonly factorsKnownFrom: string | null;
  readonly factorsKnownUntil: string | null;
  readonly bars: number;
  readonly firstBar: string | null;
  readonly lastBar: string | null;
}

/** The row, or nulls where the symbol is not stored, and what is asked with it each time. */
export interface FactsRow {
  readonly row: SymbolRow | null;
  readonly version: string;
  readonly newestBar: string | null;
  readonly hasLoaded: boolean;
  readonly haltedFrom: string | null;
}

/** Columns of {@link SymbolRow} from `app.symbols AS stored`. */
export const SYMBOL_COLUMNS = `
  stored.symbol, stored.name, stored.exchange, stored.kind, stored.board, stored.pinyin,
  stored.special_treatment AS "specialTreatment", stored.listing_status AS "listingStatus",
  stored.listed_on::text AS "listedOn", stored.delisted_on::text AS "delistedOn", stored.industry,
  stored.factors_known_from::text AS "factorsKnownFrom", stored.factors_known_until::text AS "factorsKnownUntil",
  stored.bar_count AS bars,
  stored.first_bar::text AS "firstBar", stored.last_bar::text AS "lastBar"`;

const versionOf = (table: string): string =>
  `(SELECT ${ROWS_VERSION} FROM app.${table} WHERE source = $1 AND symbol = $2)`;

/**
 * $1 source, $2 symbol, $3 the last completed trading day or null. The version is the transaction that wrote the row of
 * the symbol last, because whoever changes its bars also writes its row, in the same transaction or after it: what was
 * read under a version is at least that new. Halts and factors are few and come from lists of the whole market, too.
 */
export const FACTS = `
  SELECT to_jsonb(found) - 'version' AS row,
         concat_ws(' ', found.version, ${versionOf('halts')}, ${versionOf('adjustment_factors')}) AS version,
         (SELECT max(last_bar)::text FROM app.symbols WHERE source = $1 AND last_bar IS NOT NULL) AS "newestBar",
         EXISTS (SELECT 1 FROM app.ingestion_runs
                  WHERE source = $1 AND kind = 'history' AND symbols IS NULL AND status = 'completed') AS "hasLoaded",
         (SELECT from_date::text FROM app.halts
           WHERE source = $1 AND symbol = $2 AND from_date <= $3::date AND coalesce(to_date, 'infinity') >= $3::date
           ORDER BY from_date LIMIT 1) AS "haltedFrom"
    FROM (VALUES (1)) AS one
    LEFT JOIN (SELECT ${SYMBOL_COLUMNS}, stored.xmin::text AS version
                 FROM app.symbols AS stored WHERE source = $1 AND symbol = $2) AS found ON true`;
