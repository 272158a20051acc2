import { incidentCount } from '../model/verdict.ts';
import type { Report } from '../model/report.ts';
import type { Quantile } from '../model/slice.ts';
import { counted, duration, latency, percent, whole } from '../words.ts';
import type { Block, Figure } from './page.ts';

/** `100 to 250 ms` would hide that it is a guess within these bounds. */
export function between({ atLeast, atMost }: Quantile): string {
  return atMost === null ? `more than ${latency(atLeast)}` : `${latency(atLeast)} to ${latency(atMost)}`;
}

export const beforeWord = ({ kind }: Pick<Report, 'kind'>): string =>
  kind === 'daily' ? 'the day before' : 'the week before';

function availability(report: Report): Figure {
  const { total, before, budget } = report;
  const label = 'Availability';
  if (total.availability === null) return { label, value: 'not observed', tone: 'none' };
  const was = before.availability === null ? 'not observed' : percent(before.availability);
  return {
    label,
    value: percent(total.availability),
    note: `${beforeWord(report)}: ${was}`,
    tone: total.availability >= budget.objective ? 'good' : 'bad',
  };
}

function budgetFigure({ budget, total }: Report): Figure {
  const label = `Budget of ${percent(budget.objective)}`;
  if (total.availability === null) return { label, value: 'not observed', tone: 'none' };
  const { lostSeconds, allowedSeconds } = budget;
  return {
    label,
    value: `${whole(Math.round((lostSeconds / allowedSeconds) * 100))} % used`,
    note: `${duration(lostSeconds)} lost, ${duration(allowedSeconds)} allowed`,
    tone: lostSeconds <= allowedSeconds ? 'good' : 'bad',
  };
}

function requests(report: Report): Figure {
  const { total, before } = report;
  const failed = total.failed === 0 ? 'none failed' : `${whole(total.failed)} failed`;
  const was = before.observed === 0 ? 'not observed' : whole(before.requests);
  return {
    ...{ label: 'Requests', value: whole(total.requests) },
    note: `${failed}; ${beforeWord(report)}: ${was}`,
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
