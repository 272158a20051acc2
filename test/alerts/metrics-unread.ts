/**
 * Metrics of server and worker that no rule and no dashboard reads, and why not. Whoever adds a metric puts it to use, or
 * says here what it is for.
 */
const UNREAD: Readonly<Record<string, readonly string[]>> = {
  'to be joined with, or looked up when something else has drawn attention': [
    'stock_analysis_build_info',
    'stock_analysis_component_check_seconds',
    'stock_analysis_component_last_success_timestamp_seconds',
    'stock_analysis_upstream_last_good_age_seconds',
    'stock_analysis_upstream_tokens',
    'stock_analysis_new_errors_in_outage_total',
    'stock_analysis_untrusted_forwards_total',
    'stock_analysis_rate_limit_keys',
    'stock_analysis_password_hash_refused_total',
    'stock_analysis_password_hash_running',
    'stock_analysis_password_hash_waiting',
    'stock_analysis_quarantine_decisions_total',
    'stock_analysis_quarantined_rows_total',
    'stock_analysis_ingestion_symbols',
  ],
  'for charts of the platform itself, which has no kubelet; in a cluster cAdvisor tells the same': [
    'stock_analysis_container_cpu_limit_cores',
    'stock_analysis_container_cpu_periods_total',
    'stock_analysis_container_cpu_throttled_periods_total',
    'stock_analysis_container_cpu_throttled_seconds_total',
    'stock_analysis_container_memory_oom_kills_total',
    'stock_analysis_container_memory_usage_bytes',
    'stock_analysis_container_network_receive_bytes_total',
    'stock_analysis_container_network_receive_dropped_total',
    'stock_analysis_container_network_receive_errors_total',
    'stock_analysis_container_network_transmit_bytes_total',
    'stock_analysis_container_network_transmit_dropped_total',
    'stock_analysis_container_network_transmit_errors_total',
    'stock_analysis_process_disk_bytes_total',
  ],
  'for rules of the platform itself; here the bytes are read': ['stock_analysis_database_volume_fill_ratio'],
  'told by the platform over the channels, and by its component': [
    'stock_analysis_alerts',
    'stock_analysis_alert_evaluation_failures_total',
    'stock_analysis_notifications_total',
  ],
  'about keys that are exchanged, where the state of a rotation is looked up': [
    'stock_analysis_sealed_values',
  ],
};

export const METRICS_UNREAD: readonly string[] = Object.values(UNREAD).flat();
