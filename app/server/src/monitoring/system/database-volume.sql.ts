/**
 * Whether this database tells of its volume: the operator makes the table for the PostgreSQL that it runs
 * (`operator/src/postgres/volume.ts`). Asked of the catalogue, for whatever else bears these names is none of ours.
 */
export const IS_TOLD = `
  SELECT EXISTS (SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                  WHERE n.nspname = 'platform' AND c.relname = 'database_volume' AND c.relkind = 'f'
                    AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')) AS "isTold"`;

/** One row in the words of statfs; none where PostgreSQL could not ask. */
export const FIGURES = `
  SELECT block_bytes::float8 AS bsize, blocks::float8 AS blocks, available_blocks::float8 AS bavail,
         inodes::float8 AS files, free_inodes::float8 AS ffree
    FROM platform.database_volume`;
