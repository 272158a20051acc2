import type { Unit } from '../units.ts';

/** A metric, and what of it is drawn. */
export interface PanelQuery {
  readonly metric: string;
  /** `NAME=VALUE`, with commas between: only series with these. */
  readonly labels?: string;
  /** Each combination of values of these labels is a line; what differs in other labels alone is put together. `all`: every label but those of the process. */
  readonly by: readonly string[] | 'all';
  /** What becomes of series and processes that are put together. Quantiles do not add up, and of room the least matters. */
  readonly combine: 'sum' | 'largest' | 'smallest';
  /** In front of the values of `by`. */
  readonly name?: string;
}

export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly queries: readonly PanelQuery[];
}

const one = (metric: string, combine: PanelQuery['combine'], rest: Partial<PanelQuery> = {}): PanelQuery => ({
  metric,
  combine,
  by: [],
  ...rest,
});

const STATEMENTS = 'stock_analysis_database_query_duration_seconds';

/** What people look for first. Everything else that is recorded can be picked by its name. */
export const PANELS: readonly Panel[] = [
  {
    id: 'requests',
    title: '请求',
    unit: 'per-minute',
    queries: [one('http_requests_total', 'sum', { by: ['status_class'] })],
  },
  {
    id: 'errors',
    title: '失败的请求',
    unit: 'per-minute',
    queries: [
      one('http_requests_total', 'sum', { labels: 'status_class=5xx', name: '服务器错误 5xx' }),
      one('http_requests_total', 'sum', { labels: 'status_class=4xx', name: '被拒绝 4xx' }),
    ],
  },
  {
    id: 'latency',
    title: '响应时间',
    unit: 'seconds',
    queries: [
      one('http_request_duration_seconds', 'largest', { labels: 'quantile=0.5', name: 'p50' }),
      one('http_request_duration_seconds', 'largest', { labels: 'quantile=0.95', name: 'p95' }),
      one('http_request_duration_seconds', 'largest', { labels: 'quantile=0.99', name: 'p99' }),
    ],
  },
  {
    id: 'cpu',
    title: 'CPU',
    unit: 'cores',
    queries: [one('process_cpu_seconds_total', 'sum', { by: ['role'] })],
  },
  {
    id: 'memory',
    title: '内存',
    unit: 'bytes',
    queries: [
      // A limit is each container's own, so the largest process is what matters. A working set would be that of the whole
      // machine where there is no container.
      one('process_resident_memory_bytes', 'largest', { by: ['role'], name: '最大常驻' }),
      one('stock_analysis_container_memory_limit_bytes', 'smallest', { by: ['role'], name: '容器上限' }),
    ],
  },
  {
    id: 'disk',
    title: '磁盘剩余空间',
    unit: 'bytes',
    queries: [one('stock_analysis_filesystem_available_bytes', 'smallest', { by: ['mount'] })],
  },
  {
    id: 'database-volume',
    title: '数据库存储卷',
    unit: 'bytes',
    queries: [
      one('stock_analysis_database_volume_available_bytes', 'smallest', { name: '剩余' }),
      one('stock_analysis_database_volume_size_bytes', 'smallest', { name: '总容量' }),
    ],
  },
  {
    id: 'event-loop',
    title: '事件循环延迟（p99）',
    unit: 'seconds',
    queries: [one('nodejs_eventloop_lag_p99_seconds', 'largest', { by: ['role'] })],
  },
  {
    id: 'statements',
    title: '数据库语句用时',
    unit: 'seconds',
    queries: [
      // Quantiles of servers and workers are none of both, so each has its own.
      one(STATEMENTS, 'largest', { by: ['role'], labels: 'quantile=0.5', name: 'p50' }),
      one(STATEMENTS, 'largest', { by: ['role'], labels: 'quantile=0.99', name: 'p99' }),
    ],
  },
  {
    id: 'connections',
    title: '数据库连接',
    unit: 'count',
    queries: [
      one('stock_analysis_database_pool_connections', 'sum', { by: ['state'], name: '连接池' }),
      one('stock_analysis_database_connections', 'largest', { name: '数据库全部' }),
      one('stock_analysis_database_connections_limit', 'smallest', { name: '数据库上限' }),
    ],
  },
  {
    id: 'ingestion',
    title: '行情滞后',
    unit: 'trading-days',
    queries: [one('stock_analysis_ingestion_lag_trading_days', 'largest', { by: ['source'] })],
  },
  {
    id: 'jobs',
    title: '最久的等待中任务',
    unit: 'seconds',
    queries: [one('stock_analysis_jobs_oldest_waiting_seconds', 'largest', { by: ['queue'] })],
  },
  {
    id: 'deliveries',
    title: '通知',
    unit: 'per-minute',
    queries: [one('stock_analysis_notifications_total', 'sum', { by: ['outcome'] })],
  },
];

export const RANGES = ['1h', '24h', '7d', '30d', '400d'] as const;
export type ChartRange = (typeof RANGES)[number];

interface RangeFacts {
  readonly text: string;
  readonly seconds: number;
  /** Of one point: a few hundred of them fill a chart, and none is finer than what is stored of that age. */
  readonly step: number;
  /** How late the newest figures are there: what is older than two days is read from spans that are made of it now and then. */
  readonly lateSeconds: number;
}

const HOUR = 3_600;
const DAY = 24 * HOUR;

export const RANGE_FACTS: Readonly<Record<ChartRange, RangeFacts>> = {
  '1h': { text: '1 小时', seconds: HOUR, step: 60, lateSeconds: 0 },
  '24h': { text: '24 小时', seconds: DAY, step: 300, lateSeconds: 0 },
  '7d': { text: '7 天', seconds: 7 * DAY, step: 1_800, lateSeconds: 600 },
  '30d': { text: '30 天', seconds: 30 * DAY, step: 2 * HOUR, lateSeconds: 600 },
  '400d': { text: '400 天', seconds: 400 * DAY, step: DAY, lateSeconds: 600 },
};

export const isRange = (text: string | undefined): text is ChartRange =>
  (RANGES as readonly (string | undefined)[]).includes(text);

export interface Window {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/**
 * The time that a chart shows, in milliseconds since 1970. It ends where the last whole step ends: one that is not over
 * would have counted less, and every line would seem to fall at its end.
 */
export function windowOf(range: ChartRange, now: number): Window {
  const { seconds, step, lateSeconds } = RANGE_FACTS[range];
  const to = Math.floor((now / 1000 - lateSeconds) / step) * step;
  return { from: (to - seconds) * 1000, to: to * 1000, step };
}

/**
 * The whole steps of a window that were answered, where what is stored of that time is coarser than what was asked for: a
 * step of which a part is outside of the window has counted less.
 */
export function wholeSteps({ from, to }: Window, step: number): Window {
  const ms = step * 1000;
  return { from: Math.ceil(from / ms) * ms, to: Math.floor(to / ms) * ms, step };
}
