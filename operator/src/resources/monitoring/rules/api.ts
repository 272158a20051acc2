import { BY_OBJECT, recorded } from '../promql.ts';
import type { AlertRule } from '../types.ts';
import type { ObjectRules, RuleContext } from './context.ts';
import { inhibitor } from './inhibitor.ts';
import { bestReach, hasNoSchemaYet, health } from './platform-state.ts';

/** Requests per second below which a share of them says little. */
const LEAST_TRAFFIC = 0.1;
const MOST_ERRORS = 0.05;
const SLOWEST_SECONDS = 1;

/**
 * No server is sent requests: the readiness of each of them fails, for its management port answers whatever happens. Where
 * no process at all reaches the database that is the cause, and DatabaseDown tells it.
 */
function unready(context: RuleContext): readonly AlertRule[] {
  const parts = health(context, '=~database|schema|api', { component: 'server' });
  const best = `max ${BY_OBJECT} (min by (namespace, stockanalysis, pod) (${parts}))`;
  const cause = {
    expr: `${best} == 0 unless ${bestReach(context)} == 0`,
    // As long as DatabaseDown, and by then the others have told whether they reach it.
    for: '1m',
    what: `No server of ${context.subject} is ready`,
  };
  const { expr, for: pending, what: summary } = cause;
  return [
    context.alert({
      name: 'APIUnready',
      severity: 'critical',
      expr,
      for: pending,
      summary,
      description: `Every server that Prometheus reaches has lacked the database, its schema or its own listener for a minute, though other processes may reach the database: no requests are sent to any. The log says why: kubectl stockanalysis logs ${context.identity['stockanalysis']} -n ${context.identity['namespace']} --component=server --level=warn.`,
    }),
    inhibitor(context, cause, {
      name: 'APIUnreadyInhibitor',
      lasts: '15m',
      mutes: 'errors, slowness, limits, budgets and the audit log',
    }),
  ];
}

/** Whether users are served. How much that costs of the promised budget is in slo.ts. */
export const apiRules: ObjectRules = (context) => {
  const { series, subject, identity, alert } = context;
  const servers = { component: 'server' };
  const traffic = recorded('stock_analysis:http_requests:all_rate5m', identity);
  // Those that were given up are among them, as they are in the buckets.
  const reads = recorded('stock_analysis:http_requests_slow:all_rate5m', identity);
  const buckets = series('http_request_duration_seconds_bucket', {
    method: 'GET',
    route: '!~/health.*|/monitoring.*|/metrics|unmatched',
  });
  return [
    {
      name: 'api',
      rules: [
        alert({
          name: 'APIDown',
          severity: 'critical',
          expr: `max ${BY_OBJECT} (${series('up', servers)}) == 0`,
          for: '2m',
          summary: `No server of ${subject} answers`,
          description: `Prometheus knows servers of ${subject} and has reached none of them for 2 minutes. Look at the pods first: kubectl get pods -n ${identity['namespace']} -l app.kubernetes.io/component=server.`,
        }),
        ...unready(context),
        alert({
          name: 'ServerMissing',
          severity: 'critical',
          // Before there is a schema nobody has been served: ObjectNotReady tells of an installation that does not get on.
          expr: `absent(${series('up', servers)}) unless on (namespace, stockanalysis) ${hasNoSchemaYet(context)}`,
          for: '10m',
          summary: `Prometheus knows no server of ${subject}`,
          description: `For 10 minutes there has been nothing to scrape: no server pod exists, or Prometheus does not find it. Nothing else is known about this API meanwhile.`,
        }),
        alert({
          name: 'ServerPodDown',
          severity: 'warning',
          expr: `${series('up', servers)} == 0`,
          for: '15m',
          summary: `A server of ${subject} is down`,
          description: `{{ $labels.pod }} has not answered for 15 minutes. Others serve meanwhile; one more failure is an outage where there are two.`,
        }),
        alert({
          name: 'WorkerDown',
          severity: 'warning',
          expr: `max ${BY_OBJECT} (${series('up', { component: 'worker' })} or (absent(${series('up', { component: 'worker' })}) - 1)) == 0`,
          for: '10m',
          summary: `No worker of ${subject} runs`,
          description: `For 10 minutes no worker has answered. Stored data is served; nothing new is loaded, and the alerts and figures that the worker makes are missing.`,
        }),
        alert({
          name: 'RequestsFailing',
          severity: 'warning',
          expr: `${recorded('stock_analysis:http_requests:error_ratio_rate5m', identity)} > ${MOST_ERRORS} and ${traffic} > ${LEAST_TRAFFIC}`,
          for: '5m',
          summary: `Requests to ${subject} fail`,
          description: `{{ $value | humanizePercentage }} of the requests of 5 minutes were answered with 5xx; more than ${MOST_ERRORS * 100} % for 5 minutes is no accident. The log lines with level error and the panel "Errors by route" say which.`,
        }),
        alert({
          name: 'AnswersSlow',
          severity: 'warning',
          expr: `histogram_quantile(0.95, sum by (le, namespace, stockanalysis) (rate(${buckets}[5m]))) > ${SLOWEST_SECONDS} and on (namespace, stockanalysis) ${reads} > ${LEAST_TRAFFIC}`,
          for: '10m',
          summary: `${subject} answers slowly`,
          description: `One reading request in twenty takes longer than {{ $value | humanizeDuration }}; the limit is ${SLOWEST_SECONDS} s. Look at the database, the pool and the event loop.`,
        }),
      ],
    },
  ];
};
