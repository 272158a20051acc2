import type { Client } from 'pg';
import { DATABASE } from '../naming/index.ts';
import { DatabaseError, withConnection, type ConnectionOptions } from './connection.ts';

/**
 * What the application asks PostgreSQL about the volume: a foreign table whose only row is the answer of `stat` about the
 * working directory of the server, which is PGDATA. Its rows are the words of statfs: bytes of a block, and counts.
 *
 * The shell takes no signal and always ends well. Sessions share their signals with what they run, and PostgreSQL is
 * process 1 of its container: a program whose session went first is a child of the postmaster, which takes any bad end
 * of a child for a crash and starts all sessions anew. No answer is then no row. As nothing else ends it either, it ends
 * by itself where the filesystem does not answer.
 * @internal a test sends it signals
 */
export const PROGRAM = `trap "" HUP INT QUIT TERM PIPE; timeout -s KILL 2 stat -f -c "%S %b %a %c %d" .; exit 0`;

const FACTS = `
  SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'file_fdw') AS "isPossible",
         (SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'platform') AS "schemaOwner",
         EXISTS (SELECT FROM pg_foreign_table AS f
                   JOIN pg_class AS c ON c.oid = f.ftrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
                  WHERE n.nspname = 'platform' AND c.relname = 'database_volume'
                    AND c.relowner = n.nspowner AND f.ftoptions @> ARRAY['program=' || $1]
                    AND has_schema_privilege('app_rw', n.oid, 'USAGE')
                    AND has_table_privilege('app_rw', c.oid, 'SELECT')) AS "isThere"`;

interface Facts {
  readonly isPossible: boolean;
  /** Undefined: there is no such schema. */
  readonly schemaOwner: string | null;
  readonly isThere: boolean;
}

/** Within a schema of the superuser's. One transaction, as several statements of one query are; a table with another program is made anew. */
const MAKE = `
  SET lock_timeout = '2s';
  CREATE EXTENSION IF NOT EXISTS file_fdw SCHEMA platform;
  CREATE SERVER IF NOT EXISTS platform_files FOREIGN DATA WRAPPER file_fdw;
  DROP FOREIGN TABLE IF EXISTS platform.database_volume;
  CREATE FOREIGN TABLE platform.database_volume (
      block_bytes      bigint,
      blocks           bigint,
      available_blocks bigint,
      inodes           bigint,
      free_inodes      bigint
    ) SERVER platform_files OPTIONS (program '${PROGRAM}', format 'text', delimiter ' ');
  GRANT USAGE ON SCHEMA platform TO app_rw;
  GRANT SELECT ON platform.database_volume TO app_rw`;

/** What came of it: what was done, fit for a log, or why the application has to do without. */
export interface VolumeOutcome {
  readonly done: readonly string[];
  readonly obstacle?: string;
}

/**
 * Lets the application read how full the volume is. Idempotent. A server without `file_fdw`, as another image may be, is
 * left as it is.
 * @param connection of the superuser; the database is that of the application, whose owner may change what its sessions
 *   begin with: only names of PostgreSQL's own are found
 * A server that refuses, or does not answer any more, is an obstacle and no error.
 */
export async function provideVolumeFigures(
  connection: Omit<ConnectionOptions, 'database' | 'searchPath'>,
  signal: AbortSignal,
): Promise<VolumeOutcome> {
  const options = { ...connection, database: DATABASE.name, searchPath: 'pg_catalog' } as const;
  try {
    return await withConnection(options, (client) => provide(client, connection.user), signal);
  } catch (error) {
    // The roles are in place, and the object can be Ready without this.
    if (error instanceof DatabaseError) return { done: [], obstacle: error.message };
    throw error;
  }
}

async function provide(client: Client, superuser: string): Promise<VolumeOutcome> {
  const { rows } = await client.query<Facts>(FACTS, [PROGRAM]);
  const [facts] = rows;
  if (facts === undefined || !facts.isPossible) return { done: [] };
  const { schemaOwner, isThere } = facts;
  if (schemaOwner !== null && schemaOwner !== superuser)
    return { done: [], obstacle: `the schema platform belongs to ${schemaOwner}: rename it` };
  if (isThere) return { done: [] };
  // Not `IF NOT EXISTS`: one that somebody else makes at this moment is not ours to fill.
  if (schemaOwner === null) await client.query('CREATE SCHEMA platform');
  await client.query(MAKE);
  return { done: ['let app_rw read how full the volume is'] };
}
