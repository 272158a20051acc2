import type { LoadFact, MessageFact } from './facts.ts';
import type { Incidents } from './incidents.ts';
import type { Section } from './section.ts';
import type { Slice } from './slice.ts';
import type { Storage } from './storage.ts';
import { counted, duration, percent, whole } from '../words.ts';
import { isMissed, isUncertain, rangeOf, unseenSeconds } from './objective.ts';

export const LEVELS = ['good', 'attention', 'bad', 'unknown'] as const;

export interface Verdict {
  readonly level: (typeof LEVELS)[number];
  /** The whole in a few words: `All good`, `2 incidents`. */
  readonly title: string;
  /** What else is to be known, the worst first; the title is the worst of all. */
  readonly others: readonly string[];
}

/** What the share of lost time may be, and what of it was used. */
export interface Budget {
  /** 0 to 1. */
  readonly objective: number;
  /** Of the time that was observed. */
  readonly allowedSeconds: number;
  readonly lostSeconds: number;
}

interface Judged {
  readonly total: Slice;
  readonly budget: Budget;
  readonly incidents: Incidents;
  readonly messages: readonly MessageFact[];
  readonly loads: readonly LoadFact[];
  readonly storage: readonly Storage[];
  readonly sections: readonly Section[];
}

interface Problem {
  readonly isBad: boolean;
  readonly text: string;
}

const FULL_SOON_DAYS = 30;

/** Those of severity info are no incidents: nobody has to do anything. */
export function incidentCount({ began, carriedOver }: Pick<Incidents, 'began' | 'carriedOver'>): number {
  return began.critical + began.warning + carriedOver;
}

function ofIncidents(incidents: Incidents): Problem[] {
  const count = incidentCount(incidents);
  if (count === 0) return [];
  const open = incidents.open > 0 ? `, ${incidents.open} not over` : '';
  return [
    { isBad: incidents.began.critical > 0 || incidents.open > 0, text: counted(count, 'incident') + open },
  ];
}

function ofAvailability(total: Slice, { objective }: Budget): Problem[] {
  const { availability, requests, failed } = total;
  if (availability === null) return [];
  const below = `availability ${percent(availability)}, below ${percent(objective)}`;
  const few = `${whole(failed)} of ${counted(requests, 'request')} failed`;
  const { atLeast, atMost } = rangeOf(total);
  const range = `availability between ${percent(atLeast)} and ${percent(atMost)}`;
  return [
    ...(isMissed(total, objective) ? [{ isBad: true, text: below }] : []),
    ...(!isMissed(total, objective) && availability < objective ? [{ isBad: false, text: few }] : []),
    ...(isUncertain(total, objective)
      ? [{ isBad: false, text: `${duration(unseenSeconds(total))} not observed: ${range}` }]
      : []),
  ];
}

function ofWork({ loads, messages, storage, sections }: Judged): Problem[] {
  const failed = loads.reduce((sum, load) => sum + load.failed, 0);
  const dead = messages.reduce((sum, message) => sum + message.dead, 0);
  return [
    ...(failed > 0 ? [{ isBad: false, text: `${counted(failed, 'load')} of market data failed` }] : []),
    ...(dead > 0 ? [{ isBad: false, text: `${counted(dead, 'message')} not delivered` }] : []),
    ...storage.flatMap(({ name, daysUntilFull }) =>
      daysUntilFull !== null && daysUntilFull <= FULL_SOON_DAYS
        ? [
            {
              isBad: daysUntilFull <= 7,
              text: `${name} is full in ${counted(Math.floor(daysUntilFull), 'day')}`,
            },
          ]
        : [],
    ),
    ...sections
      .filter(({ status }) => status === 'attention')
      .map(({ title, summary }) => ({ isBad: false, text: `${title}: ${summary}` })),
  ];
}

/** What somebody should know who reads nothing else. */
export function verdictOf(judged: Judged): Verdict {
  const { total, budget, incidents } = judged;
  const problems = [...ofIncidents(incidents), ...ofAvailability(total, budget), ...ofWork(judged)];
  const texts = [...problems].sort((a, b) => Number(b.isBad) - Number(a.isBad)).map(({ text }) => text);
  if (total.availability === null) return { level: 'unknown', title: 'Nothing was observed', others: texts };
  const [first, ...others] = texts;
  if (first === undefined) return { level: 'good', title: 'All good', others: [] };
  const title = first.slice(0, 1).toUpperCase() + first.slice(1);
  return { level: problems.some(({ isBad }) => isBad) ? 'bad' : 'attention', title, others };
}
