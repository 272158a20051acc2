import type { Observation } from './conditions/observation.ts';
import type { RuleDefinition } from './rules/definition.ts';

/** Looks found nothing out about a firing alert for so long: what it was about may be gone. */
export const FORGET_MINUTES = 15;
const FORGET_MS = FORGET_MINUTES * 60_000;

/**
 * `clear`: the condition is gone. `no-data`: nothing is known any more. `rule-removed`: nobody looks any more. Of the last
 * two nobody may say that the trouble is over.
 */
export type EndReason = 'clear' | 'no-data' | 'rule-removed';

/** What is stored of an alert that the next evaluation needs; times in milliseconds since 1970. */
export interface Episode {
  readonly state: 'pending' | 'firing' | 'resolved';
  /** The condition holds since then, without a break. */
  readonly pendingSince: number;
  /** It fires since then, or did when it fired last; undefined: it never did. */
  readonly firedAt?: number | undefined;
  /** First time that it fired, before it was resolved and came back. */
  readonly firstFiredAt?: number | undefined;
  /** Firing, and the condition is gone since then. */
  readonly clearSince?: number | undefined;
  /** Last time that anything was known. */
  readonly seenAt: number;
  /** Looks have found nothing out since then. */
  readonly unknownSince?: number | undefined;
  readonly resolvedAt?: number | undefined;
  readonly endReason?: EndReason | undefined;
  /** It began anew after it had been resolved. */
  readonly reopened: number;
  /** The condition went and came back before the alert was resolved. */
  readonly flaps: number;
}

type Timing = Pick<RuleDefinition, 'forSeconds' | 'keepFiringSeconds' | 'cooldownSeconds'>;

/** `gone`: a pending alert that never fired is forgotten. `isNew`: another alert, whatever was before. */
export type Step = { readonly next: Episode; readonly isNew: boolean } | { readonly gone: true } | undefined;

/**
 * One step of an alert: pending -> firing -> resolved. A condition that comes back within the cool-down of a resolved alert
 * reopens it, so that a condition that flaps is one alert, however often.
 * @param episode the newest of its fingerprint; undefined: there is none
 * @returns undefined where there is nothing to keep
 */
export function step(
  episode: Episode | undefined,
  observation: Observation,
  timing: Timing,
  now: number,
): Step {
  if (episode === undefined || (episode.state === 'resolved' && !isRecent(episode, timing, now)))
    return observation.state === 'breached'
      ? { next: ripened(begun(now), timing, now), isNew: true }
      : undefined;
  if (episode.state === 'pending') return pending(episode, observation, timing, now);
  if (episode.state === 'firing') return goesOn(firing(episode, observation, timing, now));
  if (observation.state !== 'breached') return undefined;
  return goesOn(ripened({ ...episode, state: 'pending', pendingSince: now, seenAt: now }, timing, now));
}

const goesOn = (next: Episode): Step => ({ next, isNew: false });

function begun(now: number): Episode {
  return { state: 'pending', pendingSince: now, seenAt: now, reopened: 0, flaps: 0 };
}

function isRecent({ resolvedAt }: Episode, { cooldownSeconds }: Timing, now: number): boolean {
  return now - (resolvedAt ?? 0) < cooldownSeconds * 1000;
}

/** A pending alert whose time has come fires. */
function ripened(episode: Episode, { forSeconds }: Timing, now: number): Episode {
  if (now - episode.pendingSince < forSeconds * 1000) return episode;
  const { resolvedAt: _, endReason: __, ...rest } = episode;
  return {
    ...rest,
    state: 'firing',
    firedAt: now,
    firstFiredAt: episode.firstFiredAt ?? now,
    reopened: episode.reopened + (episode.firedAt === undefined ? 0 : 1),
  };
}

function pending(episode: Episode, { state }: Observation, timing: Timing, now: number): Step {
  if (state === 'breached') return goesOn(ripened(known(episode, now), timing, now));
  if (state === 'unknown') {
    const unknown = unknownAt(episode, now);
    if (unknown !== undefined) return goesOn(unknown);
  }
  // One that had fired before goes back to what it was.
  return episode.firedAt === undefined
    ? { gone: true }
    : goesOn({ ...withoutUnknown(episode), state: 'resolved' });
}

function firing(episode: Episode, { state }: Observation, timing: Timing, now: number): Episode {
  if (state === 'unknown') return unknownAt(episode, now) ?? ended(episode, 'no-data', now);
  const seen = known(episode, now);
  if (state !== 'clear') {
    const { clearSince, ...rest } = seen;
    return { ...rest, flaps: episode.flaps + (clearSince === undefined ? 0 : 1) };
  }
  const clearSince = episode.clearSince ?? now;
  return now - clearSince < timing.keepFiringSeconds * 1000
    ? { ...seen, clearSince }
    : ended(seen, 'clear', now);
}

/** Pure: an alert that is over, for whatever reason. */
export function ended(episode: Episode, endReason: EndReason, now: number): Episode {
  const { clearSince: _, ...rest } = withoutUnknown(episode);
  return { ...rest, state: 'resolved', resolvedAt: now, endReason };
}

function known(episode: Episode, now: number): Episode {
  return { ...withoutUnknown(episode), seenAt: now };
}

function withoutUnknown({ unknownSince: _, ...rest }: Episode): Episode {
  return rest;
}

/** After a look that found nothing out; undefined: there were such looks alone for too long. */
function unknownAt(episode: Episode, now: number): Episode | undefined {
  const unknownSince = episode.unknownSince ?? now;
  return now - unknownSince < FORGET_MS ? { ...episode, unknownSince } : undefined;
}
