import type { ReportKind } from '../period.ts';
import type { ComponentFact, Facts, LagFact, LoadFact, MessageFact } from './facts.ts';
import { type Incidents, incidentsOf } from './incidents.ts';
import { allowedSeconds } from './objective.ts';
import { bounded, type Section } from './section.ts';
import { knownOf, type Slice, sliceOf, slicesOf } from './slice.ts';
import { type Storage, storageOf } from './storage.ts';
import { type Budget, incidentCount, type Verdict, verdictOf } from './verdict.ts';

/** A point of the charts. */
export interface Cell extends Pick<
  Slice,
  'from' | 'to' | 'availability' | 'observed' | 'requests' | 'failed'
> {
  /** Seconds; null: no request. */
  readonly p95: number | null;
}

export interface DaySlice extends Slice {
  /** YYYY-MM-DD */
  readonly date: string;
}

/** Everything that a report says, in figures; stored, so its renderers read what older versions of this wrote. */
export interface Report {
  readonly version: 1;
  readonly kind: ReportKind;
  readonly timeZone: string;
  /** First and last day, YYYY-MM-DD; the same of a daily report. */
  readonly firstDay: string;
  readonly lastDay: string;
  /** All times are milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly createdAt: number;
  /** Of the windows that availability is judged in. */
  readonly stepSeconds: number;
  readonly verdict: Verdict;
  readonly total: Slice;
  /** The same of the period before; `observed` 0 where nothing is known of it. */
  readonly before: Slice;
  readonly days: readonly DaySlice[];
  readonly cells: readonly Cell[];
  readonly budget: Budget;
  readonly incidents: Incidents;
  /** How many there were in the period before, counted as in this. */
  readonly incidentsBefore: number;
  readonly messages: readonly MessageFact[];
  readonly loads: readonly LoadFact[];
  readonly lags: readonly LagFact[];
  readonly openQuarantine: number | null;
  readonly components: readonly ComponentFact[];
  readonly storage: readonly Storage[];
  readonly sections: readonly Section[];
}

/** A quarter of an hour of a day, an hour of a week: as many as a chart shows. */
const CELL_SECONDS = { daily: 900, weekly: 3_600 } as const;

function cellOf({ from, to, availability, observed, requests, failed, latency }: Slice): Cell {
  return { from, to, availability, observed, requests, failed, p95: latency?.p95.value ?? null };
}

export function reportOf(facts: Facts): Report {
  const { now, before, at, objective } = facts;
  const { period } = now;
  const known = knownOf(now);
  const total = sliceOf(now, known, period);
  const incidents = incidentsOf(now.alerts, period, at);
  const budget: Budget = {
    objective,
    allowedSeconds: allowedSeconds(total, objective),
    lostSeconds: total.lostSeconds,
  };
  const { messages, loads, lags, components } = facts;
  const storage = facts.storage.map(storageOf);
  const sections = facts.sections.map(bounded);
  const judged = { total, budget, incidents, messages, loads, storage, sections };
  return {
    version: 1,
    ...{ kind: period.kind, timeZone: period.timeZone, from: period.from, to: period.to, createdAt: at },
    firstDay: period.days[0]?.date ?? '',
    lastDay: period.days.at(-1)?.date ?? '',
    stepSeconds: now.stepSeconds,
    verdict: verdictOf(judged),
    ...judged,
    before: sliceOf(before, knownOf(before), before.period),
    days: period.days.map((day) => ({ ...sliceOf(now, known, day), date: day.date })),
    cells: slicesOf(now, known, CELL_SECONDS[period.kind]).map(cellOf),
    incidentsBefore: incidentCount(incidentsOf(before.alerts, before.period, at)),
    openQuarantine: facts.openQuarantine ?? null,
    ...{ lags, components },
  };
}
