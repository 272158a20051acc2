import type { Report } from '../model/report.ts';
import { duration, percent } from '../words.ts';
import type { Block } from './page.ts';

/** What the figures mean and how exact they are. */
export function methodOf({ stepSeconds, budget, timeZone }: Report): Block[] {
  const window = duration(stepSeconds);
  return [
    `Availability is told in windows of ${window} by what servers wrote down: the share of readings in which database, schema and API were up, times the share of requests that were not answered with 5xx; in an outage of the database, what is worse: its length or these. Where workers wrote and no server did, nothing was available; where nobody wrote, only the time in which the alert DatabaseDown saw no answer counts as lost, and the rest as not observed, which is neither up nor down. The percentages are cut, not rounded.`,
    `The budget is what an objective of ${percent(budget.objective)} (monitoring.reports.availability) leaves of the time that was observed.`,
    `Latency is computed from the histogram of the requests of users to all servers; probes, pages of the platform itself, exports and what was aborted are left out. A quantile lies surely within the two bounds of its bucket, which are given for p95; within them it is interpolated in proportion, as Prometheus does. "–": no request, or its duration was not recorded.`,
    `Incidents are alerts of the platform's own rules that fired: critical and warning; info is listed and not counted. Growth is the straight line through the hours of the last 28 days by least squares, and says nothing of a step to come. Days are those of ${timeZone}.`,
  ].map((text): Block => ({ kind: 'paragraph', text }));
}
