import type { Database } from '../../../database/sql.ts';
import { layoutOf } from '../../history/frames.ts';
import { storeLayout } from '../../history/history.sql.ts';
import type { Series } from '../../history/series.ts';

const gauge = (metric: string, labels: Series['labels'] = {}): Series => ({ metric, kind: 'gauge', labels });
const counter = (metric: string, labels: Series['labels'] = {}): Series => ({
  metric,
  kind: 'counter',
  labels,
});
const health = (component: string): Series => gauge('stock_analysis_component_health', { component });
const bucket = (le: string): Series => counter('http_request_duration_seconds_bucket', { le });

const SERVER: readonly Series[] = [
  ...['database', 'schema', 'api'].map(health),
  ...['2xx', '5xx'].map((status_class) => counter('http_requests_total', { status_class })),
  ...['0.1', '0.25', '+Inf'].map(bucket),
];
const WORKER: readonly Series[] = [
  gauge('stock_analysis_build_info'),
  health('market-data'),
  gauge('stock_analysis_ingestion_lag_trading_days', { source: 'sample' }),
  gauge('stock_analysis_database_size_bytes'),
];

/** Each window ends at `at`; $1 layout, $2 after this, $3 up to this. */
const FILL = {
  // 99 requests and one that failed; of 100 durations 80 up to 0.1 s, 96 up to 0.25 s.
  server: `
    INSERT INTO app.metric_rollups (step_seconds, at, role, layout, counts, sums, smallest, largest)
    SELECT 300, at, 'server', $1, array_fill(20, ARRAY[8]), '{20,20,20,99,1,80,96,100}', '{1,1,1,0,0,0,0,0}',
           '{1,1,1,99,1,80,96,100}'
      FROM generate_series($2::timestamptz + interval '5 minutes', $3, interval '5 minutes') AS at`,
  // The database has 1 GB at the beginning and grows by 8.64 MB a day.
  worker: `
    INSERT INTO app.metric_rollups (step_seconds, at, role, layout, counts, sums, smallest, largest)
    SELECT 300, at, 'worker', $1, array_fill(20, ARRAY[4]), ARRAY[20, 20, 20, 20 * size], ARRAY[1, 1, 1, size],
           ARRAY[1, 1, 2, size]
      FROM generate_series($2::timestamptz + interval '5 minutes', $3, interval '5 minutes') AS at,
           LATERAL (SELECT 1e9 + 100 * extract(epoch FROM at - $2::timestamptz) AS size) AS sizes`,
} as const;

/** Windows of five minutes of a server and a worker that do well but for one request of a hundred. */
export async function storeHistory(sql: Database, from: number, to: number): Promise<void> {
  for (const [role, series] of [
    ['server', SERVER],
    ['worker', WORKER],
  ] as const) {
    const layout = await storeLayout(sql, layoutOf(series));
    await sql.query(FILL[role], [layout, new Date(from), new Date(to)]);
  }
  await sql.query(
    `INSERT INTO app.presence (role, began_at, ended_at)
     SELECT role, $1, $2 FROM unnest(ARRAY['server', 'worker']) AS role
     ON CONFLICT (role, began_at) DO UPDATE SET ended_at = excluded.ended_at`,
    [new Date(from), new Date(to)],
  );
}
