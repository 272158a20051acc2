/**
 * SQL, for a SELECT from one table: changes with every change of the rows that it finds. Each row carries the
 * transaction that wrote it (`xmin`), so of what was committed between two questions either such a row is still there,
 * and its number was not there before, or rows are missing. The newest number or time would not do: a transaction that
 * began earlier may commit later.
 */
export const ROWS_VERSION = `concat(count(*), ' ', sum(hashint8extended(xmin::text::bigint, 0)))`;
