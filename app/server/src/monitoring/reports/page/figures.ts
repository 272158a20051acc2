import { incidentCount } from '../model/verdict.ts';
import type { Report } from '../model/report.ts';
import { allowedFailures, isMissed, isUncertain, rangeOf } from '../model/objective.ts';
import type { Quantile, Slice } from '../model/slice.ts';
import { counted, duration, latency, percent, whole } from '../words.ts';
import type { Block, Figure, Tone } from './page.ts';

/** `100 to 250 ms` would hide that it is a guess within these bounds. */
export function between({ atLeast, atMost }: Quantile): string {
  return atMost === null ? `more than ${latency(atLeast)}` : `${latency(atLeast)} to ${latency(atMost)}`;
}

export const beforeWord = ({ kind }: Pick<Report, 'kind'>): string =>
  kind === 'daily' ? 'the day before' : 'the week before';

/** With the bounds where the time that nobody observed decides. */
export function availabilityText(slice: Slice, objective: number): string {
  if (slice.availability === null) return 'not observed';
  if (!isUncertain(slice, objective)) return percent(slice.availability);
  const { atLeast, atMost } = rangeOf(slice);
  return `${percent(atLeast)} to ${percent(atMost)}`;
}

export function availabilityTone(slice: Slice, objective: number): Tone {
  if (slice.availability === null) return 'none';
  if (isMissed(slice, objective)) return 'bad';
  return isUncertain(slice, objective) || slice.availability < objective ? 'attention' : 'good';
}

function availability(report: Report): Figure {
  const { total, before, budget } = report;
  const was = `${beforeWord(report)}: ${availabilityText(before, budget.objective)}`;
  const ofObserved =
    total.availability !== null && isUncertain(total, budget.objective)
      ? `${percent(total.availability)} of what was observed; `
      : '';
  return {
    label: 'Availability',
    value: availabilityText(total, budget.objective),
    ...(total.availability !== null && { note: ofObserved + was }),
    tone: availabilityTone(total, budget.objective),
  };
}

function budgetFigure({ budget, total }: Report): Figure {
  const label = `Budget of ${percent(budget.objective)}`;
  if (total.availability === null) return { label, value: 'not observed', tone: 'none' };
  const { lostSeconds, objective } = budget;
  const failures = allowedFailures(total, objective);
  const used = Math.max(lostSeconds / budget.allowedSeconds, total.failed / failures);
  return {
    label,
    value: `${whole(Math.round(used * 100))} % used`,
    note: `${duration(lostSeconds)} lost, ${duration(budget.allowedSeconds)} allowed; ${counted(total.failed, 'request')} failed, ${whole(Math.floor(failures))} allowed`,
    tone: isMissed(total, objective) ? 'bad' : 'good',
  };
}

function requests(report: Report): Figure {
  const { total, before } = report;
  const { aborted = 0 } = total;
  const failed = total.failed === 0 ? 'none failed' : `${whole(total.failed)} failed`;
  const givenUp = aborted === 0 ? '' : `, ${whole(aborted)} given up by who asked`;
  const was = before.observed === 0 ? 'not observed' : whole(before.requests);
  return {
    ...{ label: 'Requests', value: whole(total.requests) },
    note: `${failed}${givenUp}; ${beforeWord(report)}: ${was}`,
  };
}

function speed(report: Report): Figure {
  const { total, before } = report;
  const label = '95 of 100 requests within';
  if (total.latency === null) return { label, value: 'not recorded', tone: 'none' };
  const was = before.latency === null ? 'not recorded' : latency(before.latency.p95.value);
  return {
    ...{ label, value: latency(total.latency.p95.value) },
    note: `surely ${between(total.latency.p95)}; ${beforeWord(report)}: ${was}`,
  };
}

function incidents({ incidents: of, incidentsBefore, kind }: Report): Figure {
  const count = incidentCount(of);
  const open = of.open > 0 ? `${of.open} not over` : 'none open';
  return {
    ...{ label: 'Incidents', value: whole(count) },
    note: `${open}; ${beforeWord({ kind })}: ${whole(incidentsBefore)}`,
    tone: count === 0 ? 'good' : of.began.critical > 0 || of.open > 0 ? 'bad' : 'attention',
  };
}

function acknowledged({ incidents: of }: Report): Figure {
  const median = of.medianSecondsToAcknowledge;
  return {
    label: 'Time to acknowledge',
    value: median === null ? '–' : duration(median),
    note:
      of.acknowledged === 0
        ? 'nothing was acknowledged'
        : `median of ${counted(of.acknowledged, 'alert')} that somebody acknowledged`,
  };
}

export function figuresOf(report: Report): Block {
  return {
    kind: 'figures',
    figures: [availability, budgetFigure, requests, speed, incidents, acknowledged].map((of) => of(report)),
  };
}
