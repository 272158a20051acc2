import { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';

/** Data exceptions (class 22), one row written twice in a statement, broken checks and dates outside of all partitions. */
const REFUSED_DATA = /^(22...|21000|23514)$/;

/** Whether the database refused values, which no repetition makes fit; anything else is trouble of its own. */
export function isRefusedData(error: unknown): boolean {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return cause instanceof DatabaseError && REFUSED_DATA.test(cause.code ?? '');
}
