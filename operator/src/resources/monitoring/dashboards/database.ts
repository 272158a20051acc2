import { postgresClaimName } from '../../../naming/index.ts';
import { series } from '../promql.ts';
import type { Dashboard, MonitoringTarget } from '../types.ts';
import { dashboard, type Row } from './model.ts';
import { objectScope, of } from './object-scope.ts';

const rate = (selector: string): string => `rate(${selector}[5m])`;

const load: Row = {
  title: 'Load',
  panels: [
    {
      title: 'Connections',
      description:
        'Sessions of all databases of the server against max_connections. Alerts above 80 % and 95 %.',
      unit: 'short',
      queries: [
        { expr: `max(${of('stock_analysis_database_connections')})`, legend: 'in use' },
        { expr: `max(${of('stock_analysis_database_connections_limit')})`, legend: 'max_connections' },
      ],
    },
    {
      title: 'Pools of the application',
      description: 'Connections of each process by state. Any that wait for 5 minutes raise an alert.',
      unit: 'short',
      queries: [{ expr: of('stock_analysis_database_pool_connections'), legend: '{{pod}} {{state}}' }],
    },
    {
      title: 'Time of statements',
      description:
        'Time from sending a statement to its end, by what it does: 95 of 100 were faster. /monitoring/performance lists the slow ones.',
      unit: 's',
      queries: [
        {
          expr: `histogram_quantile(0.95, sum by (le, operation) (${rate(of('stock_analysis_database_query_duration_seconds_bucket'))}))`,
          legend: '{{operation}}',
        },
      ],
    },
    {
      title: 'Transactions',
      description: 'Transactions per second by how they ended.',
      unit: 'ops',
      queries: [
        {
          expr: `max by (outcome) (${rate(of('stock_analysis_database_transactions_total'))})`,
          legend: '{{outcome}}',
        },
      ],
    },
    {
      title: 'Blocks found in memory',
      description:
        'Share of blocks that were in shared_buffers. A fall means that the working set no longer fits.',
      unit: 'percentunit',
      queries: [
        {
          expr: `max(${rate(of('stock_analysis_database_blocks_total', { source: 'cache' }))}) / (sum(max by (source) (${rate(of('stock_analysis_database_blocks_total'))})) > 0)`,
          legend: 'in memory',
        },
      ],
    },
    {
      title: 'Temporary files',
      description: 'Bytes per second that sorts and hashes wrote to disk because work_mem was too small.',
      unit: 'Bps',
      queries: [
        { expr: `max(${rate(of('stock_analysis_database_temporary_bytes_total'))})`, legend: 'written' },
      ],
    },
  ],
};

const contention: Row = {
  title: 'Contention and upkeep',
  panels: [
    {
      title: 'Deadlocks',
      description: 'Deadlocks within 15 minutes. More than two raise an alert.',
      unit: 'short',
      limit: 2,
      queries: [
        { expr: `max(increase(${of('stock_analysis_database_deadlocks_total')}[15m]))`, legend: 'deadlocks' },
      ],
    },
    {
      title: 'Locks waited for',
      description: 'Locks that are not granted. Alert above five for 5 minutes.',
      unit: 'short',
      limit: 5,
      queries: [{ expr: `max(${of('stock_analysis_database_locks_waiting')})`, legend: 'waiting' }],
    },
    {
      title: 'Longest transaction',
      description: 'Age of the oldest open transaction of the application. Alert above 15 minutes.',
      unit: 's',
      limit: 900,
      queries: [
        { expr: `max(${of('stock_analysis_database_longest_transaction_seconds')})`, legend: 'open for' },
      ],
    },
    {
      title: 'Age of transaction ids',
      description:
        'Oldest unfrozen transaction id. Alerts at 0.5 and 1.2 billion; at 2.1 billion PostgreSQL stops.',
      unit: 'short',
      limit: 500e6,
      queries: [{ expr: `max(${of('stock_analysis_database_transaction_id_age')})`, legend: 'age' }],
    },
    {
      title: 'Validity of the certificate',
      description:
        'Time until the certificate of the built-in PostgreSQL expires. Alerts below 21 and 7 days.',
      unit: 'dtdhms',
      isStat: true,
      least: 21 * 86_400,
      queries: [
        {
          expr: `min(${of('stock_analysis_object_certificate_expiry_timestamp_seconds', { certificate: 'database' })}) - time()`,
          legend: 'valid for',
        },
      ],
    },
    {
      title: 'Condition DatabaseReady',
      description: 'What the operator says of the database: 1 at the present status.',
      unit: 'none',
      queries: [
        {
          expr: `max by (status) (${of('stock_analysis_object_condition', { type: 'DatabaseReady' })})`,
          legend: '{{status}}',
        },
      ],
    },
  ],
};

const ofClaim = (what: 'available' | 'capacity'): string =>
  series(`kubelet_volume_stats_${what}_bytes`, {
    namespace: '$namespace',
    persistentvolumeclaim: postgresClaimName('$stockanalysis'),
  });

const volume: Row = {
  title: 'Volume',
  panels: [
    {
      title: 'Size of the database',
      description: 'Tables and indexes; the write-ahead log comes on top.',
      unit: 'bytes',
      queries: [{ expr: `max(${of('stock_analysis_database_size_bytes')})`, legend: 'size' }],
    },
    {
      title: 'Room on the volume',
      description:
        'Bytes of the filesystem of the data as PostgreSQL sees it, the write-ahead log included; empty where its image cannot tell.',
      unit: 'bytes',
      queries: [
        { expr: `min(${of('stock_analysis_database_volume_available_bytes')})`, legend: 'free' },
        { expr: `min(${of('stock_analysis_database_volume_size_bytes')})`, legend: 'size' },
      ],
    },
    {
      title: 'Free on the volume',
      description:
        'Share of the volume that is free, as the kubelet tells it, or where it is not scraped as PostgreSQL does. Alerts below 20 % and 10 %, of a volume of more than 50 GiB below 10 and 5 GiB.',
      unit: 'percentunit',
      queries: [
        {
          expr: `min(${ofClaim('available')} / ${ofClaim('capacity')}) or min(${of('stock_analysis_database_volume_available_bytes')} / ${of('stock_analysis_database_volume_size_bytes')})`,
          legend: 'free',
        },
      ],
    },
  ],
};

/** PostgreSQL as the application and the operator see it. */
export function databaseDashboard(target: MonitoringTarget): Dashboard {
  return dashboard({
    ...objectScope(target, 'database', 'Database'),
    rows: target.spec.database.mode === 'BuiltIn' ? [load, contention, volume] : [load, contention],
  });
}
