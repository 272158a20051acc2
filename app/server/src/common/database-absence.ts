import { QueryFailedError } from 'typeorm';

/**
 * SQLSTATEs that mean "the database cannot answer now": connection, log-in, resources, a server that stops or starts, a
 * session that waited for too long, a database that is not there, or takes no writes for a while. A query that
 * was cut off at its time limit (57014) is none: it would be as slow again, so it is a failure of ours and logged as one.
 */
const UNAVAILABLE_SQLSTATE = /^(08|28|53|57P|25006|25P0[345]|3D000)/;
/** Of Node: no way to the machine, or to its name. */
const UNREACHABLE = /^E(CONN|TIMEDOUT|HOST|NET|NOTFOUND|PIPE|ADDRNOTAVAIL|AI_)/;

/**
 * What has no code: of node-postgres about a connection that it lost or did not get, of our clients about one that was
 * silent for too long, and of TypeORM about statements of a transaction whose session has ended meanwhile.
 */
const SESSION_LOST = [
  'connection terminated',
  'is not queryable',
  'timeout exceeded when trying to connect',
  'not yet established',
  'not connected',
  'the database has been silent',
  'ssl connection',
  'query runner already released',
  'query runner was already released',
];

/** What the driver says, without TypeORM's wrapping. */
export function causeOf(error: unknown): unknown {
  return error instanceof QueryFailedError ? error.driverError : error;
}

/** Whether the session in which a statement was to run is gone, or was never there. */
export function isSessionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const cause = causeOf(error);
  // PostgreSQL ends a session, or refuses to begin one, with severity FATAL.
  if (cause instanceof Error && 'severity' in cause && cause.severity === 'FATAL') return true;
  const message = error.message.toLowerCase();
  return SESSION_LOST.some((words) => message.includes(words));
}

/** Whether the database does not answer at the moment, so that asking again may help. */
export function isDatabaseAbsence(error: unknown): boolean {
  const cause = causeOf(error);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return UNAVAILABLE_SQLSTATE.test(code) || UNREACHABLE.test(code) || isSessionLost(error);
}

/** Whether a statement failed, or found no session; an address that does not answer may be of anything. */
export const isOfDatabase = (error: unknown): boolean =>
  error instanceof QueryFailedError || isSessionLost(error);
