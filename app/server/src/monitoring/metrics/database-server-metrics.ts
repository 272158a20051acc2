import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import { Metrics } from './metrics.ts';

const REFRESH_MS = 15_000;
const OF_ALL = { countedBy: 'platform' } as const;

/**
 * What PostgreSQL tells everybody who may connect; of transactions it tells the application's account only its own, so the
 * oldest one is that of the application.
 */
const STATISTICS = `
  SELECT pg_database_size(d.oid)::float8 AS size,
         (SELECT sum(numbackends) FROM pg_stat_database)::float8 AS connections,
         current_setting('max_connections')::float8 AS "connectionsLimit",
         s.xact_commit::float8 AS committed, s.xact_rollback::float8 AS "rolledBack",
         s.blks_hit::float8 AS "fromCache", s.blks_read::float8 AS "fromDisk",
         s.temp_bytes::float8 AS "temporaryBytes", s.deadlocks::float8 AS deadlocks,
         (SELECT count(*) FROM pg_locks WHERE NOT granted)::float8 AS "locksWaiting",
         (SELECT coalesce(extract(epoch FROM max(now() - xact_start)), 0) FROM pg_stat_activity
           WHERE datname = d.datname AND pid <> pg_backend_pid())::float8 AS "longestTransaction",
         age(d.datfrozenxid)::float8 AS "transactionIdAge"
    FROM pg_database AS d JOIN pg_stat_database AS s ON s.datid = d.oid
   WHERE d.datname = current_database()`;

interface Statistics {
  readonly size: number;
  readonly connections: number;
  readonly connectionsLimit: number;
  readonly committed: number;
  readonly rolledBack: number;
  readonly fromCache: number;
  readonly fromDisk: number;
  readonly temporaryBytes: number;
  readonly deadlocks: number;
  readonly locksWaiting: number;
  readonly longestTransaction: number;
  readonly transactionIdAge: number;
}

type Family = readonly [name: string, help: string, figure: keyof Statistics];

const GAUGES: readonly Family[] = [
  ['size_bytes', 'Size of the database', 'size'],
  ['connections', 'Connections of the database server, of everybody', 'connections'],
  ['connections_limit', 'Connections that the database server takes', 'connectionsLimit'],
  ['locks_waiting', 'Locks in the database that somebody waits for', 'locksWaiting'],
  [
    'longest_transaction_seconds',
    'Age of the oldest open transaction of the application',
    'longestTransaction',
  ],
  [
    'transaction_id_age',
    'Age of the oldest transaction id; at about 2.1 billion no write is taken',
    'transactionIdAge',
  ],
];

const COUNTERS: readonly Family[] = [
  ['temporary_bytes_total', 'Bytes that queries wrote to temporary files', 'temporaryBytes'],
  ['deadlocks_total', 'Transactions that were ended because they locked each other out', 'deadlocks'],
];

/** Statistics of the database. The worker's: every replica of the server would report the same again. */
@Injectable()
export class DatabaseServerMetrics implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    private readonly queries: PeriodicQueries,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    if (this.configuration.role !== 'worker') return;
    const { metrics } = this;
    const rows = this.queries.figures(REFRESH_MS, 'statistics of the database', (sql) =>
      sql.query<Statistics>(STATISTICS),
    );
    for (const [name, help, figure] of GAUGES)
      metrics.observableGauge(`database_${name}`, help, {}, (set) => {
        for (const row of rows()) set({}, row[figure]);
      });
    for (const [name, help, figure] of COUNTERS)
      metrics.observableCounter(
        `database_${name}`,
        help,
        {},
        (set) => {
          for (const row of rows()) set({}, row[figure]);
        },
        OF_ALL,
      );
    metrics.observableCounter(
      'database_transactions_total',
      'Transactions of the database, by how they ended',
      { outcome: ['committed', 'rolled_back'] },
      (set) => {
        for (const row of rows()) {
          set({ outcome: 'committed' }, row.committed);
          set({ outcome: 'rolled_back' }, row.rolledBack);
        }
      },
      OF_ALL,
    );
    metrics.observableCounter(
      'database_blocks_total',
      'Blocks that queries needed: found in the cache of PostgreSQL, or fetched from outside of it',
      { source: ['cache', 'disk'] },
      (set) => {
        for (const row of rows()) {
          set({ source: 'cache' }, row.fromCache);
          set({ source: 'disk' }, row.fromDisk);
        }
      },
      OF_ALL,
    );
  }
}
