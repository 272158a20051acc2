import type { Database } from '../../database/sql.ts';
import { rankOfSeverity } from '../content.ts';
import { LOCK_CHANNEL, MADE_LATELY, MAKE_SENDING, WAITING, type WaitingRow } from './deliveries.sql.ts';
import { planMessages } from './plan.ts';

/** Of one pass; a storm of more is several passes. */
const MOST_WAITING = 10_000;

/**
 * Makes messages of what waits for a channel: by group, and at most so many in ten minutes. Any number of workers may do
 * so at once.
 */
export async function makeMessages(
  database: Database,
  channel: string,
  perTenMinutes: number,
): Promise<void> {
  await database.transaction(async (sql) => {
    await sql.query(LOCK_CHANNEL, [channel]);
    const waiting = await sql.query<WaitingRow>(WAITING, [channel, MOST_WAITING]);
    if (!waiting.some(({ isDue }) => isDue)) return;
    const made = await sql.query(MADE_LATELY, [channel, perTenMinutes]);
    const ranked = waiting.map(({ id, groupKey, isDue, severity }) => ({
      id,
      groupKey,
      isDue,
      rank: rankOfSeverity(severity),
    }));
    for (const { groupKey, deliveries, isSummary } of planMessages(ranked, perTenMinutes - made.length))
      await sql.query(MAKE_SENDING, [channel, groupKey, isSummary, deliveries]);
  });
}
