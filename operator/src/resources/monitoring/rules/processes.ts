import type { ObjectRules } from './context.ts';

const WAITING_SECONDS = 1800;
const MOST_MEMORY = 0.9;
const EVENT_LOOP_SECONDS = 0.2;
const STARTS = 3;
const STALE_SECONDS = 300;
/** Twice the longest time between two evaluations that the configuration takes. */
const UNJUDGED_SECONDS = 600;

/** How the processes of the application are: saturation that users will feel soon. */
export const processRules: ObjectRules = ({ series, subject, alert }) => [
  {
    name: 'processes',
    rules: [
      alert({
        name: 'JobsWaitingLong',
        severity: 'warning',
        expr: `max by (namespace, stockanalysis, queue) (${series('stock_analysis_jobs_oldest_waiting_seconds')}) > ${WAITING_SECONDS}`,
        for: '10m',
        summary: `Jobs of ${subject} wait for long`,
        description: `The oldest job of the queue {{ $labels.queue }} that is due has waited for {{ $value | humanizeDuration }}; the limit is ${WAITING_SECONDS / 60} minutes. Workers are too few, or stuck.`,
      }),
      alert({
        name: 'MemoryAlmostFull',
        severity: 'warning',
        expr: `${series('stock_analysis_container_memory_working_set_bytes')} / ${series('stock_analysis_container_memory_limit_bytes')} > ${MOST_MEMORY}`,
        for: '10m',
        summary: `A process of ${subject} is near its memory limit`,
        description: `{{ $labels.pod }} uses {{ $value | humanizePercentage }} of the limit of its container; the bound is ${MOST_MEMORY * 100} %. Beyond it the kernel ends it.`,
      }),
      alert({
        name: 'EventLoopBlocked',
        severity: 'warning',
        expr: `${series('nodejs_eventloop_lag_p99_seconds')} > ${EVENT_LOOP_SECONDS}`,
        for: '10m',
        summary: `A process of ${subject} is held up`,
        description: `In {{ $labels.pod }} one turn of the event loop in a hundred is {{ $value | humanizeDuration }} late; the limit is ${EVENT_LOOP_SECONDS * 1000} ms. All requests of that process wait so long.`,
      }),
      alert({
        name: 'MetricsStale',
        severity: 'warning',
        expr: `max by (namespace, stockanalysis, query) (${series('stock_analysis_query_age_seconds')}) > ${STALE_SECONDS}`,
        for: '5m',
        summary: `Figures of ${subject} are missing`,
        description: `The query for "{{ $labels.query }}" was not answered for {{ $value | humanizeDuration }}; after ${STALE_SECONDS / 60} minutes its figures are missing, and alerts that need them see nothing. The log of the process says why.`,
      }),
      alert({
        name: 'AlertsNotJudged',
        severity: 'warning',
        expr: `${series('stock_analysis_alert_evaluation_age_seconds')} > ${UNJUDGED_SECONDS}`,
        for: '2m',
        summary: `A worker of ${subject} does not judge the platform's own alerts`,
        description: `{{ $labels.pod }} has not judged all rules for {{ $value | humanizeDuration }}; the limit is ${UNJUDGED_SECONDS / 60} minutes. Where no other worker does, nobody is told of them. Its log says why; a database that takes no writes is the usual cause.`,
      }),
      alert({
        name: 'ProcessRestarting',
        severity: 'warning',
        expr: `changes(${series('process_start_time_seconds')}[1h]) > ${STARTS}`,
        summary: `A process of ${subject} starts again and again`,
        description: `{{ $labels.pod }} has started {{ $value }} times within an hour; more than ${STARTS} is no accident. kubectl logs --previous has its last words.`,
      }),
    ],
  },
];
