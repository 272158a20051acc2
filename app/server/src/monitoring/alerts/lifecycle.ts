import type { Observation } from './conditions/observation.ts';
import type { RuleDefinition } from './rules/definition.ts';

/** Nothing came about a firing alert for so long: what it was about is gone. */
const FORGET_MS = 15 * 60_000;

/** What is stored of an alert that the next evaluation needs; times in milliseconds since 1970. */
export interface Episode {
  readonly state: 'pending' | 'firing' | 'resolved';
  /** The condition holds since then, without a break. */
  readonly pendingSince: number;
  /** First time that it fired; undefined: it never did. */
  readonly firedAt?: number | undefined;
  /** Firing, and the condition is gone since then. */
  readonly clearSince?: number | undefined;
  /** Last time that anything was known. */
  readonly seenAt: number;
  readonly resolvedAt?: number | undefined;
  readonly endReason?: 'clear' | 'no-data' | 'rule-removed' | undefined;
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
    firedAt: episode.firedAt ?? now,
    reopened: episode.reopened + (episode.firedAt === undefined ? 0 : 1),
  };
}

function pending(episode: Episode, { state }: Observation, timing: Timing, now: number): Step {
  if (state === 'breached') return goesOn(ripened({ ...episode, seenAt: now }, timing, now));
  if (state === 'unknown' && now - episode.seenAt < FORGET_MS) return goesOn(episode);
  // One that had fired before goes back to what it was.
  return episode.firedAt === undefined ? { gone: true } : goesOn({ ...episode, state: 'resolved' });
}

function firing(episode: Episode, { state }: Observation, timing: Timing, now: number): Episode {
  if (state === 'unknown') {
    if (now - episode.seenAt < FORGET_MS) return episode;
    return { ...episode, state: 'resolved', resolvedAt: now, endReason: 'no-data' };
  }
  if (state !== 'clear') {
    const { clearSince, ...rest } = episode;
    return { ...rest, seenAt: now, flaps: episode.flaps + (clearSince === undefined ? 0 : 1) };
  }
  const clearSince = episode.clearSince ?? now;
  if (now - clearSince < timing.keepFiringSeconds * 1000) return { ...episode, seenAt: now, clearSince };
  const { clearSince: _, ...rest } = episode;
  return { ...rest, state: 'resolved', seenAt: now, resolvedAt: now, endReason: 'clear' };
}
