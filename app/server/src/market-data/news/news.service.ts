import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { Versioned } from '../../common/conditional/versioned.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { ROWS_VERSION } from '../store/rows-version.ts';
import { SymbolsService } from '../symbols/symbols.service.ts';
import type { NewsEntry, NewsList, NewsQuery } from './news.dto.ts';

const DAY_MS = 86_400_000;

/** $1 source, $2 symbol. */
const STATE = `
  SELECT ${ROWS_VERSION} AS version,
         (SELECT news_at FROM app.details_asked WHERE source = $1 AND symbol = $2) AS "asOf"
    FROM app.news WHERE source = $1 AND symbol = $2`;

/** A cursor is the moment in microseconds, and the id that tells items of one moment apart. */
const NEWS = `
  SELECT url, title, excerpt, publisher, published_at AS "publishedAt", fetched_at AS "fetchedAt", origin,
         (extract(epoch FROM published_at) * 1000000)::bigint || '.' || id AS cursor
    FROM app.news
   WHERE source = $1 AND symbol = $2
     AND ($3::bigint IS NULL OR (published_at, id) < ('epoch'::timestamptz + $3::bigint * interval '1 microsecond', $4::bigint))
   ORDER BY published_at DESC, id DESC
   LIMIT $5`;

interface NewsRow extends Omit<NewsEntry, 'publishedAt' | 'fetchedAt'> {
  readonly publishedAt: Date;
  readonly fetchedAt: Date;
  readonly cursor: string;
}

@Injectable()
export class NewsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly symbols: SymbolsService,
  ) {}

  async list(text: string, { limit, cursor }: NewsQuery): Promise<Versioned<NewsList>> {
    const { symbol, source } = await this.symbols.get(text);
    const [state] = await this.database.query<{ version: string; asOf: Date | null }>(STATE, [
      source,
      symbol,
    ]);
    const { version = '', asOf = null } = state ?? {};
    const stale = asOf === null || this.clock.now().getTime() - asOf.getTime() > DAY_MS;
    return new Versioned(`${version} ${asOf?.toISOString()} ${stale}`, async () => {
      const after = cursor === undefined ? [null, null] : cursor.split('.');
      const rows = await this.database.query<NewsRow>(NEWS, [source, symbol, ...after, limit + 1]);
      const shown = rows.slice(0, limit);
      return {
        symbol,
        asOf: asOf?.toISOString() ?? null,
        source,
        stale,
        items: shown.map(({ cursor: _cursor, publishedAt, fetchedAt, ...entry }) => ({
          ...entry,
          publishedAt: publishedAt.toISOString(),
          fetchedAt: fetchedAt.toISOString(),
        })),
        nextCursor: rows.length > limit ? (shown.at(-1)?.cursor ?? null) : null,
      };
    });
  }
}
