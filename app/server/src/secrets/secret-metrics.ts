import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import { PeriodicQueries } from '../database/periodic-queries.ts';
import { Metrics } from '../monitoring/metrics/metrics.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';

interface SealedCount {
  readonly table: string;
  readonly column: string;
  readonly kid: string;
  readonly count: number;
}

const REFRESH_MS = 60_000;
const TABLES: readonly string[] = SEALED_COLUMNS.map(({ table }) => table);
const COLUMNS: readonly string[] = SEALED_COLUMNS.map(({ column }) => column);
const COUNTS = SEALED_COLUMNS.map(
  ({ table, column }) => `
  SELECT '${table}' AS "table", '${column}' AS "column", split_part(${column}, '.', 2) AS kid, count(*)::int AS count
  FROM app.${table} WHERE ${column} IS NOT NULL GROUP BY kid`,
).join(' UNION ALL ');

/**
 * How many values stand under each key. A key may go when its count is gone; `unknown` are values that nobody can open.
 * Each server tells the same of the database, and which keys it knows itself.
 */
@Injectable()
export class SecretMetrics implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    private readonly queries: PeriodicQueries,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    const keyring = this.configuration.keyrings?.encryption;
    const counts = this.queries.figures(REFRESH_MS, 'counts of sealed values', (sql) =>
      sql.query<SealedCount>(COUNTS),
    );
    this.metrics.observableGauge(
      'sealed_values',
      'Encrypted values stored, by column and key; state: active, retiring, next or unknown to this server',
      { table: TABLES, column: COLUMNS, kid: { max: 20 }, state: ['active', 'retiring', 'next', 'unknown'] },
      (set) => {
        for (const { count, ...labels } of counts())
          set({ ...labels, state: keyring?.find(labels.kid)?.state ?? 'unknown' }, count);
      },
    );
  }
}
