import { fingerprintOf } from '../history/labels.ts';
import type { StoredAlert } from './alerts.sql.ts';
import type { Observation } from './conditions/observation.ts';

/** What a rule says about at once; of more it says that there are more. */
export const MOST_ALERTS_OF_A_RULE = 100;

/**
 * Pure: the observations of a rule of which no more than `most` begin or keep an alert. Those that have an alert come first,
 * then the smallest fingerprints, so that every evaluation chooses the same. What is left out is `within`: it begins nothing,
 * and ends nothing, for it is the case.
 */
export function bounded(
  rule: string,
  observations: readonly Observation[],
  stored: readonly StoredAlert[],
  most = MOST_ALERTS_OF_A_RULE,
): readonly Observation[] {
  const breached = observations.filter(({ state }) => state === 'breached');
  if (breached.length <= most) return observations;
  const states = new Map(stored.map(({ fingerprint, episode }) => [fingerprint, episode.state]));
  const chosen = breached
    .map((observation) => {
      const fingerprint = fingerprintOf(rule, observation.labels);
      return { observation, fingerprint, rank: rankOf(states.get(fingerprint)) };
    })
    .toSorted((a, b) => a.rank - b.rank || (a.fingerprint < b.fingerprint ? -1 : 1));
  const leftOut = new Set(chosen.slice(most).map(({ observation }) => observation));
  return observations.map((one) => (leftOut.has(one) ? { ...one, state: 'within' } : one));
}

function rankOf(state: StoredAlert['episode']['state'] | undefined): number {
  if (state === undefined) return 2;
  return state === 'resolved' ? 1 : 0;
}
