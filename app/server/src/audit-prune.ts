import { parseArgs } from 'node:util';
import { DatabaseError } from 'pg';
import { runAuditCommand, type Session } from './audit-command.ts';
import { linkText } from './audit/prunings.ts';
import { pruneLog } from './audit/prune-log.ts';
import { verifyLog } from './audit/verify-log.ts';
import { isCivilDate } from './common/market/civil-date.ts';
import { becomeOwner } from './database/owner.ts';

/** Whoever wants to write a record waits behind us, so we do not wait long for those before us. */
const LOCK_TIMEOUT = '2s';

/** `lock_not_available`. */
const LOCK_TIMED_OUT = '55P03';

/** @throws Error that says what is wrong with the arguments */
export function parseBefore(args: readonly string[], today: string): string {
  const { values } = parseArgs({ args: [...args], options: { before: { type: 'string' } } });
  const { before } = values;
  if (before === undefined) throw new Error('--before must say which records go: those before that day');
  if (!isCivilDate(before)) throw new Error(`--before ${before} is no day like 2026-11-26`);
  if (before > today)
    throw new Error(`--before ${before} lies ahead; the records of today (${today}, UTC) stay`);
  return before;
}

/** Before anything is read: to have the log verified for minutes and then be refused helps nobody. */
async function requireOwner({ client }: Session): Promise<void> {
  await becomeOwner(client);
  const { rows } = await client.query<{ owns: boolean }>(
    `SELECT pg_has_role(current_user, relowner, 'USAGE') AS owns FROM pg_class WHERE oid = 'app.audit_log'::regclass`,
  );
  if (rows[0]?.owns !== true)
    throw new Error(
      'only the owner of the audit log may prune it: use the account of the database that migrations use, not that of the servers',
    );
}

async function prune(session: Session, before: string): Promise<void> {
  const { client, elapsed, progress } = session;
  await requireOwner(session);
  // What is broken is evidence: nothing of it is taken away.
  await verifyLog(client, { from: 1, anchors: [], progress: progress('verified') });
  await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
  const pruned = await pruneLog(client, before, progress('pruned')).catch((error: unknown) => {
    if (error instanceof DatabaseError && error.code === LOCK_TIMED_OUT)
      throw new Error('the audit log was being written for too long; start again, what was pruned stays so', {
        cause: error,
      });
    throw error;
  });
  console.log(
    pruned === undefined
      ? `no record is from before ${before}, so nothing was pruned`
      : `${pruned.records} records in ${elapsed()}, last ${linkText(pruned.last)}, pruned, as ${linkText(pruned.recordedAs)} says`,
  );
}

/** Takes the beginning of the audit log away, and leaves a record by which the rest is proved (docs/audit.md). */
export function runAuditPrune(environment: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  const parse = (given: readonly string[]): string => parseBefore(given, today);
  const usage = 'audit-prune --before YYYY-MM-DD';
  return runAuditCommand({ role: 'audit-prune', usage, parse, work: prune }, environment, args);
}
