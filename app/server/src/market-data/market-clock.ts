import { Inject, Injectable } from '@nestjs/common';
import { DATABASE } from '../database/database.module.ts';
import type { Database } from '../database/sql.ts';

/** How far a source has got. */
@Injectable()
export class MarketClock {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /**
   * The date of the newest bar of any symbol, undefined before anything is stored. The clock of the sample is its own last bar: its history ends there on purpose, so nothing in it grows stale with
   * real time. A symbol is stale when its bars end before this date.
   */
  async today(source: string): Promise<string | undefined> {
    const rows = await this.database.query<{ today: string | null }>(
      'SELECT max(last_bar)::text AS today FROM app.symbols WHERE source = $1',
      [source],
    );
    return rows[0]?.today ?? undefined;
  }

  /** Whether everything that the source has was loaded once; until then a symbol that is not stored may still come. */
  async hasLoaded(source: string): Promise<boolean> {
    const rows = await this.database.query(
      `SELECT 1 FROM app.ingestion_runs WHERE source = $1 AND symbols IS NULL AND status = 'completed' LIMIT 1`,
      [source],
    );
    return rows.length > 0;
  }
}
