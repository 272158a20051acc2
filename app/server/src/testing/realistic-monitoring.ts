import type { ClientBase } from 'pg';

/**
 * Alerts, silences of a little longer than they are kept (where half of them are too old, any plan is right), days of
 * readings of three processes, as many errors and slow records as are kept.
 */
const ROWS: readonly string[] = [
  `INSERT INTO app.alerts (id, fingerprint, rule, severity, labels, summary, description, state, started_at, pending_since,
                           fired_at, seen_at, resolved_at, evaluated_at, evaluations, reopened, flaps, told, transition)
   SELECT gen_random_uuid(), md5(n::text), 'Rule' || n % 40, 'warning', '{}', 's', 'd',
          CASE WHEN n <= 20 THEN 'firing' ELSE 'resolved' END, at, at, at, at, CASE WHEN n > 20 THEN at + interval '5 minutes' END,
          at, 1, 0, 0, 'resolved', 2
     FROM generate_series(1, 20000) AS n, LATERAL (SELECT now() - n * interval '20 minutes' AS at) AS times`,
  `INSERT INTO app.alert_suppressions (alert_id, reason, count, first_at, last_at)
   SELECT id, 'cooldown', 3, started_at, started_at FROM app.alerts`,
  `INSERT INTO app.alert_silences (id, matchers, starts_at, ends_at, comment, created_at)
   SELECT gen_random_uuid(), '{"rule": "Rule7"}', at, at + interval '1 hour', 'c', at
     FROM generate_series(1, 2000) AS n, LATERAL (SELECT now() - n * interval '5 hours' AS at) AS times`,
  `INSERT INTO app.metric_layouts (hash, series)
   SELECT 'hash' || n, '[{"metric": "m", "kind": "gauge", "labels": {}}, {"metric": "c_total", "kind": "counter", "labels": {}}]'
     FROM generate_series(1, 10) AS n`,
  `INSERT INTO app.metric_frames (at, role, instance, layout, readings)
   SELECT now() - n * interval '15 seconds', 'server', 'i' || l.id, l.id, '{1,2}'
     FROM app.metric_layouts l, generate_series(1, 4000) AS n`,
  `INSERT INTO app.metric_rollups (step_seconds, at, role, layout, counts, sums, smallest, largest)
   SELECT step, to_timestamp(ceil(extract(epoch FROM now()) / step) * step) - n * make_interval(secs => step), 'server', l.id,
          '{1,1}', '{1,2}', '{1,2}', '{1,2}'
     FROM app.metric_layouts l, generate_series(1, 2000) AS n, unnest(ARRAY[300, 3600]) AS step`,
  `INSERT INTO app.tracked_errors (fingerprint, type, message, role, level, context, version, count, first_seen_at,
                                   last_seen_at, samples)
   SELECT md5(n::text), 'Error', 'kind ' || n, 'server', 'error', '{}', '1', n, at - interval '30 days', at, '[]'
     FROM generate_series(1, 5000) AS n, LATERAL (SELECT now() - n * interval '40 minutes' AS at) AS times`,
  `INSERT INTO app.tracked_error_hours (error_id, hour, count)
   SELECT id, date_trunc('hour', now()) - n * interval '1 hour', n
     FROM app.tracked_errors, generate_series(1, 48) AS n WHERE last_seen_at > now() - interval '10 days'`,
  `INSERT INTO app.slow_records (kind, name, milliseconds, at, process, role, detail)
   SELECT kind, 'n' || n % 50, 500 + random() * 5000, now() - n * interval '19 minutes', 'p', 'server', '{}'
     FROM generate_series(1, 1050) AS n, unnest(ARRAY['query', 'route', 'job', 'event-loop']) AS kind`,
  `INSERT INTO app.operations_reports (id, kind, period_from, period_to, created_at, incidents, verdict, model)
   SELECT gen_random_uuid(), kind, at - interval '1 day', at, at, 0, 'All good', '{}'
     FROM generate_series(8, 1200) AS n, unnest(ARRAY['daily', 'weekly']) AS kind,
          LATERAL (SELECT now() - n * interval '1 day' AS at) AS times`,
];

/** @param owner a session that may write and analyse everything */
export async function fillMonitoring(owner: ClientBase): Promise<void> {
  for (const statement of ROWS) await owner.query(statement);
  await owner.query('ANALYZE');
}
