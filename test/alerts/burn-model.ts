/**
 * When an alert on a burn rate must fire, computed from the definitions alone: nothing here reads a rule or asks
 * Prometheus. Requests come at a constant rate; until `begins` none is bad, then until `stops` the share `bad` is.
 */
import type { BURN_RATES } from '../../operator/src/resources/monitoring/rules/slo.ts';

export interface Incident {
  /** Share of bad requests, 0 to 1. */
  readonly bad: number;
  /** Seconds from the start of all records. */
  readonly begins: number;
  readonly stops: number;
  /** Seconds between two evaluations. */
  readonly step: number;
}

export type BurnRate = (typeof BURN_RATES)[number];

export const SECONDS = {
  '5m': 300,
  '30m': 1800,
  '1h': 3600,
  '2h': 7200,
  '6h': 21_600,
  '1d': 86_400,
  '3d': 259_200,
};

/** Up to two hours the counters are read; beyond, what was recorded every `step` seconds as a rate of five minutes. */
const DIRECT_SECONDS = 7200;

/** Share of bad requests among those between `now - window` and `now`. */
function ratioOf({ bad, begins, stops }: Incident, window: number, now: number): number {
  const from = Math.max(0, now - window);
  const during = Math.max(0, Math.min(stops, now) - Math.max(begins, from));
  return (bad * during) / (now - from);
}

function averageOf(incident: Incident, window: number, now: number): number {
  let sum = 0;
  let count = 0;
  // A rate needs two samples, so there is none at the very beginning.
  for (let at = now; at >= Math.max(incident.step, now - window); at -= incident.step) {
    sum += ratioOf(incident, SECONDS['5m'], at);
    count += 1;
  }
  return sum / count;
}

export function burns(
  incident: Incident,
  { factor, long, short }: BurnRate,
  budget: number,
  now: number,
): boolean {
  return [long, short].every((name) => {
    const window = SECONDS[name];
    const ratio = window <= DIRECT_SECONDS ? ratioOf : averageOf;
    return ratio(incident, window, now) > factor * budget;
  });
}

/** The first evaluation after `from` at which it burns (or no longer does). */
export function firstTime(
  incident: Incident,
  rate: BurnRate,
  budget: number,
  from: number,
  wanted: boolean,
): number {
  for (let now = from; now < from + 2 * SECONDS[rate.long]; now += incident.step)
    if (burns(incident, rate, budget, now) === wanted) return now;
  throw new Error(`within twice ${rate.long} it never ${wanted ? 'fires' : 'ends'}`);
}
