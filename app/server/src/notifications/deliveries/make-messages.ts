import type { Database, Transaction } from '../../database/sql.ts';
import { rankOfSeverity } from '../content.ts';
import {
  DISSOLVE,
  type FreedRow,
  LOCK_CHANNEL,
  MADE_LATELY,
  MAKE_SENDING,
  OPEN,
  type OpenRow,
  TELL_AGAIN,
  WAITING,
  type WaitingRow,
} from './deliveries.sql.ts';
import type { StandingMessage } from './standing-messages.ts';
import {
  dueGroups,
  hasRoom,
  isDocument,
  isLate,
  keptForCritical,
  planMessages,
  type Planned,
  type Waiting,
} from './plan.ts';

/** Of one pass; a storm of more is several passes. */
const MOST_WAITING = 10_000;
/** What is told of attempts at messages that others took the place of, over and over. */
const MOST_ATTEMPTS_KEPT = 20;

/** What came of one pass over a channel. */
export interface Made {
  /** Something waits for a message that is being handed over. */
  readonly isHeld: boolean;
  /** Groups that were due, and the messages that were made of them. */
  readonly due: number;
  readonly made: number;
  /** How many could have been made, the last `kept` for what is critical; undefined: nothing was due. */
  readonly slots?: number;
  readonly kept?: number;
}

/**
 * Makes messages of what waits for a channel: by group, and at most so many in ten minutes. Any number of workers may do
 * so at once.
 *
 * Of a group there is one message at a time, or the end of an alert could arrive before its beginning. While one is being
 * handed over the group waits; one that failed, or that nobody has begun with, is superseded: what it holds goes into the
 * new message, but for what that says anew.
 * @param standing what is told yet where it was given up
 */
export async function makeMessages(
  database: Database,
  channel: string,
  perTenMinutes: number,
  standing: readonly StandingMessage[] = [],
): Promise<Made> {
  return database.transaction(async (sql) => {
    await sql.query(LOCK_CHANNEL, [channel]);
    const again = await tellAgain(sql, channel, standing);
    const due = dueGroups(await waitingFor(sql, channel));
    if (due.length === 0) return { isHeld: false, due: 0, made: 0 };
    const kept = keptForCritical(perTenMinutes);
    const { idle, slots } = await roomIn(sql, channel, due, perTenMinutes);
    const freed = idle.length === 0 ? [] : await sql.query<FreedRow>(DISSOLVE, [idle]);
    const open = await sql.query<OpenRow>(OPEN, [channel]);
    const busy = new Set(open.map(({ groupKey }) => groupKey));
    const waiting = (await waitingFor(sql, channel)).filter(({ groupKey }) => !busy.has(groupKey));
    const all = planMessages(waiting, slots, kept);
    for (const planned of all) await make(sql, channel, planned, [...freed, ...again]);
    return { isHeld: isHeldBy(open, due), due: due.length, made: all.length, slots, kept };
  });
}

async function tellAgain(
  sql: Transaction,
  channel: string,
  standing: readonly StandingMessage[],
): Promise<FreedRow[]> {
  if (standing.length === 0) return [];
  const subjects = standing.map(({ subjectKey }) => subjectKey);
  const transitions = standing.map(({ transition }) => transition);
  return sql.query<FreedRow>(TELL_AGAIN, [channel, subjects, transitions]);
}

type Due = ReturnType<typeof dueGroups>;

/** Messages of groups that are due and whose place may be taken, and how many messages may be made then. */
async function roomIn(
  sql: Transaction,
  channel: string,
  due: Due,
  perTenMinutes: number,
): Promise<{ readonly idle: readonly string[]; readonly slots: number }> {
  const open = (await sql.query<OpenRow>(OPEN, [channel])).filter(({ isSending }) => !isSending);
  const made = (await sql.query<{ id: string }>(MADE_LATELY, [channel])).map(({ id }) => id);
  const slotsWithout = (gone: readonly string[]): number =>
    perTenMinutes - made.filter((id) => !gone.includes(id)).length;
  const inPlaceOf = (groups: Due): string[] => {
    const keys = new Set(groups.map(({ groupKey }) => groupKey));
    return [...new Set(open.filter(({ groupKey }) => keys.has(groupKey)).map(({ id }) => id))];
  };
  // Without a slot the failed message goes on being tried, and what is new waits behind it.
  const most = slotsWithout(inPlaceOf(due));
  const kept = keptForCritical(perTenMinutes);
  // Late documents come before alerts that are not critical.
  const late = due.filter((group) => isDocument(group) && isLate(group)).length;
  const idle = inPlaceOf(
    due.filter((group) => hasRoom(group.rank, isDocument(group) ? most : most - late, kept)),
  );
  return { idle, slots: slotsWithout(idle) };
}

function isHeldBy(open: readonly OpenRow[], due: Due): boolean {
  const sending = new Set(open.filter(({ isSending }) => isSending).map(({ groupKey }) => groupKey));
  return due.some(({ groupKey }) => sending.has(groupKey));
}

async function waitingFor(sql: Transaction, channel: string): Promise<Waiting[]> {
  const rows = await sql.query<WaitingRow>(WAITING, [channel, MOST_WAITING]);
  return rows.map((row) => Object.assign(row, { rank: rankOfSeverity(row.severity) }));
}

async function make(
  sql: Transaction,
  channel: string,
  { groupKey, deliveries, superseded, isSummary }: Planned,
  freed: readonly FreedRow[],
): Promise<void> {
  const held = new Set([...deliveries, ...superseded]);
  const before = new Map(freed.filter(({ id }) => held.has(id)).map((row) => [row.messageId, row.attempts]));
  const attempts = [...before.values()]
    .flat()
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
    .slice(-MOST_ATTEMPTS_KEPT);
  const told = [channel, groupKey, isSummary, deliveries, superseded, JSON.stringify(attempts)];
  await sql.query(MAKE_SENDING, told);
}
