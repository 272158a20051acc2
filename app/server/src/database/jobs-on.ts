import type { Db } from 'pg-boss';
import type { Sql } from './sql.ts';

/** pg-boss on a transaction of ours: what it sends exists with the rows beside it, or not at all. */
export function jobsOn(sql: Sql): Db {
  return {
    executeSql: async (text, values) => ({ rows: await sql.query<unknown>(text, values) }),
  };
}
