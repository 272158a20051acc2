/** Which process exposes a metric; `prometheus` makes `up` itself, the kubelet is there in a cluster with its metrics. */
export type Exposer = 'server' | 'worker' | 'app' | 'operator' | 'prometheus' | 'kubelet';

export interface MetricUsed {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** Labels of the process; those of the target (TARGET_LABELS) come on top. */
  readonly labels: readonly string[];
  /** `app`: server and worker. */
  readonly from: Exposer;
}

/** What ServiceMonitor or scrape configuration puts on every series of a process. @internal a test holds selectors to it */
export const TARGET_LABELS = ['namespace', 'stockanalysis', 'component', 'pod'] as const;

const gauge = (from: Exposer, ...labels: string[]): MetricUsed => ({ kind: 'gauge', labels, from });
const counter = (from: Exposer, ...labels: string[]): MetricUsed => ({ kind: 'counter', labels, from });
const histogram = (from: Exposer, ...labels: string[]): MetricUsed => ({ kind: 'histogram', labels, from });

/**
 * Every metric that a rule or a dashboard reads. A selector is written with `series()` alone, so nothing else can be
 * read; a test compares the list with what the processes expose, so nothing in it can be invented.
 */
export const METRICS_USED = {
  up: gauge('prometheus'),
  ALERTS: gauge('prometheus', 'alertname', 'alertstate', 'severity'),
  kubelet_volume_stats_available_bytes: gauge('kubelet', 'persistentvolumeclaim'),
  kubelet_volume_stats_capacity_bytes: gauge('kubelet', 'persistentvolumeclaim'),

  http_requests_total: counter('server', 'method', 'route', 'status_class'),
  http_request_duration_seconds: histogram('server', 'method', 'route'),
  http_requests_in_flight: gauge('server'),
  process_start_time_seconds: gauge('app'),
  nodejs_eventloop_lag_p99_seconds: gauge('app'),
  stock_analysis_container_memory_working_set_bytes: gauge('app'),
  stock_analysis_container_memory_limit_bytes: gauge('app'),
  stock_analysis_container_cpu_usage_seconds_total: counter('app'),
  stock_analysis_component_health: gauge('app', 'component'),
  stock_analysis_filesystem_available_bytes: gauge('app', 'mount'),
  stock_analysis_filesystem_size_bytes: gauge('app', 'mount'),
  stock_analysis_metric_series: gauge('app'),
  stock_analysis_metric_series_dropped_total: counter('app', 'metric'),
  stock_analysis_new_errors_total: counter('app', 'reason'),
  stock_analysis_tracked_errors_total: counter('app', 'level', 'outcome'),
  stock_analysis_trace_spans_total: counter('app', 'outcome'),
  stock_analysis_database_pool_connections: gauge('app', 'state'),
  stock_analysis_database_query_duration_seconds: histogram('app', 'operation'),
  stock_analysis_upstream_circuit_openings: gauge('worker', 'operation'),
  stock_analysis_upstream_call_duration_seconds: histogram('worker', 'operation', 'outcome'),
  stock_analysis_upstream_held_back_total: counter('worker', 'operation', 'reason'),
  stock_analysis_contract_violations_total: counter('worker', 'operation', 'kind'),

  stock_analysis_logins_total: counter('server', 'outcome'),
  stock_analysis_rate_limit_decisions_total: counter('server', 'budget', 'decision'),
  stock_analysis_audit_records_total: counter('server', 'outcome'),
  stock_analysis_audit_failures_total: counter('server'),

  stock_analysis_alert_evaluation_age_seconds: gauge('worker'),
  stock_analysis_query_age_seconds: gauge('app', 'query'),
  stock_analysis_operations_reports_total: counter('app', 'kind', 'outcome'),
  stock_analysis_notification_channel_failing: gauge('worker', 'channel'),
  stock_analysis_notification_queue_age_seconds: gauge('app', 'channel'),
  stock_analysis_notification_dead_letters: gauge('app', 'channel'),
  stock_analysis_jobs: gauge('worker', 'queue', 'state'),
  stock_analysis_jobs_oldest_waiting_seconds: gauge('worker', 'queue'),
  stock_analysis_ingestion_rows_total: counter('worker', 'source'),
  stock_analysis_ingestion_duration_seconds: histogram('worker', 'source', 'outcome'),
  stock_analysis_ingestion_lag_trading_days: gauge('worker', 'source'),
  stock_analysis_ingestion_lag_unknown: gauge('worker', 'source', 'reason'),
  stock_analysis_market_calendar_remaining_days: gauge('worker'),
  stock_analysis_quarantine_open_rows: gauge('worker', 'source', 'dataset', 'disposition'),
  stock_analysis_database_size_bytes: gauge('worker'),
  stock_analysis_database_volume_size_bytes: gauge('worker'),
  stock_analysis_database_volume_available_bytes: gauge('worker'),
  stock_analysis_database_connections: gauge('worker'),
  stock_analysis_database_connections_limit: gauge('worker'),
  stock_analysis_database_transactions_total: counter('worker', 'outcome'),
  stock_analysis_database_blocks_total: counter('worker', 'source'),
  stock_analysis_database_temporary_bytes_total: counter('worker'),
  stock_analysis_database_deadlocks_total: counter('worker'),
  stock_analysis_database_locks_waiting: gauge('worker'),
  stock_analysis_database_longest_transaction_seconds: gauge('worker'),
  stock_analysis_database_transaction_id_age: gauge('worker'),

  stock_analysis_object_info: gauge('operator', 'app', 'postgres', 'schema', 'postgres_version'),
  stock_analysis_object_condition: gauge('operator', 'type', 'status'),
  stock_analysis_object_generation: gauge('operator'),
  stock_analysis_object_writes_total: counter('operator'),
  stock_analysis_object_drift_repairs_total: counter('operator', 'kind'),
  stock_analysis_object_certificate_expiry_timestamp_seconds: gauge('operator', 'certificate'),
  leader_election_master_status: gauge('operator', 'name'),
  controller_runtime_reconcile_total: counter('operator', 'controller', 'result'),
  controller_runtime_reconcile_errors_total: counter('operator', 'controller'),
  controller_runtime_reconcile_time_seconds: histogram('operator', 'controller'),
  controller_runtime_active_workers: gauge('operator', 'controller'),
  workqueue_depth: gauge('operator', 'name', 'controller', 'priority'),
  workqueue_longest_running_processor_seconds: gauge('operator', 'name', 'controller'),
  rest_client_requests_total: counter('operator', 'code', 'method', 'host'),
} as const satisfies Readonly<Record<string, MetricUsed>>;

export type MetricName = keyof typeof METRICS_USED;
