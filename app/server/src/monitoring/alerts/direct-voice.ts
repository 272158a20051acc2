import type { StoredAlert } from './alerts.sql.ts';
import type { Observation } from './conditions/observation.ts';
import type { Duty } from './duty.ts';
import type { Elsewhere } from './line/hearing.ts';

/** What decides whose it is to tell of an alert on the database. */
export interface Voice {
  readonly known: StoredAlert | undefined;
  /** This process has begun to tell of it. */
  readonly hasBegun: boolean;
  readonly duty: Duty;
  readonly elsewhere: Elsewhere | undefined;
}

/**
 * Pure: whether this process tells. Whoever began to goes on with it, also when somebody else leads by now; of two that began,
 * as they could not hear each other, the one that comes first in the line.
 */
export function isOwnVoice({ known, hasBegun, duty, elsewhere }: Voice, { state }: Observation): boolean {
  if (elsewhere?.isThere === true) return hasBegun && !elsewhere.isBefore;
  if (known === undefined || known.episode.state === 'resolved') return duty !== 'looks-on';
  if (hasBegun || duty === 'alone') return true;
  // Whoever told of it, if anybody did, is gone, and the database with it; once it answers, it says what has become of that.
  return duty === 'leads' && state === 'breached';
}

/** Pure: an alert that another process has told of, to go on from where that one was when it went. */
export function takenUp(alert: StoredAlert, { id, told }: Elsewhere): StoredAlert {
  return { ...alert, id, told: { ...alert.told, ...told, told: 'firing' } };
}
