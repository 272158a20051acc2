import type { Report } from '../model/report.ts';
import { duration, percent } from '../words.ts';
import type { Block } from './page.ts';

/** What the figures mean and how exact they are. */
export function methodOf({ stepSeconds, budget, timeZone }: Report): Block[] {
  const window = duration(stepSeconds);
  return [
    `Availability is the worse of two shares: of the observed time in which servers were ready (database, schema and API up by their readings, in windows of ${window}), and of the requests that were not answered with 5xx, without those that were given up by who asked. Time is lost, too, where workers wrote samples and no server did, and where the database was seen to give no answer. Where nobody wrote and nobody saw why, nothing is known; where that decides whether the objective is met, availability is told by its bounds: all of that time lost, and none of it. Percentages are cut, not rounded.`,
    `The budget is what an objective of ${percent(budget.objective)} (monitoring.reports.availability) leaves of the observed time and of the requests: the one of which more is used counts.`,
    `Latency is computed from the histogram of the requests of users to all servers; probes, pages of the platform itself, exports and what was aborted are left out. A quantile lies surely within the two bounds of its bucket, which are given for p95; within them it is interpolated in proportion, as Prometheus does. "–": no request, or its duration was not recorded.`,
    `Incidents are alerts of the platform's own rules that fired: critical and warning; info is listed and not counted. Growth is the straight line through the hours of the last 28 days by least squares, and says nothing of a step to come. Days are those of ${timeZone}.`,
  ].map((text): Block => ({ kind: 'paragraph', text }));
}
