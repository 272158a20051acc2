import type { Episode } from './lifecycle.ts';
import type { RuleDefinition } from './rules/definition.ts';

/** What people have been told of an alert; times in milliseconds since 1970. */
export interface Told {
  /** The last that was told; `nothing` also after a silence swallowed the end. */
  readonly told: 'nothing' | 'firing' | 'resolved';
  /** When it was last told that it fires. */
  readonly toldFiringAt?: number | undefined;
  readonly escalatedAt?: number | undefined;
  readonly acknowledgedAt?: number | undefined;
  /** Number of the last message; each has its own, so that none is delivered twice. */
  readonly transition: number;
}

export type Transition = 'firing' | 'escalated' | 'resolved';
export type SuppressionReason = 'silenced' | 'inhibited' | 'cooldown' | 'flapping';

export interface Telling {
  readonly told: Told;
  readonly tell?: Transition;
  /** Something that would have been told, and was not. Not repeated while nothing changes. */
  readonly suppressed?: SuppressionReason;
}

interface Circumstances {
  readonly before: Episode | undefined;
  readonly now: number;
  readonly isSilenced: boolean;
  readonly isInhibited: boolean;
}

/** The cool-down doubles with each time that an alert came back, so often: what flaps for hours is told a few times. */
const MOST_DOUBLINGS = 4;

type Timing = Pick<RuleDefinition, 'cooldownSeconds' | 'escalateAfterSeconds'>;

/**
 * What to tell, from what is the case and what was told last: so nothing is lost with a message that had to wait, and
 * nothing is told twice. A silence also swallows the end; what begins under a silence is told when it is over.
 */
export function tellingOf(after: Episode, told: Told, timing: Timing, circumstances: Circumstances): Telling {
  if (after.state === 'firing') return firing(after, told, timing, circumstances);
  if (after.state === 'resolved' && told.told === 'firing') return resolved(told, circumstances);
  return { told };
}

function firing(
  after: Episode,
  told: Told,
  { cooldownSeconds, escalateAfterSeconds }: Timing,
  { before, now, isSilenced, isInhibited }: Circumstances,
): Telling {
  if (told.told === 'firing') {
    if (isEscalationDue(after, told, escalateAfterSeconds, now) && !isSilenced && !isInhibited)
      return { told: { ...next(told), escalatedAt: now }, tell: 'escalated' };
    return after.flaps > (before?.flaps ?? 0) ? { told, suppressed: 'flapping' } : { told };
  }
  // What is about to end need not begin; it is told when it comes back.
  if (after.clearSince !== undefined) return { told };
  const isNew = before?.state !== 'firing';
  const reason = isSilenced
    ? 'silenced'
    : isInhibited
      ? 'inhibited'
      : now - (told.toldFiringAt ?? Number.NEGATIVE_INFINITY) <
          cooldownSeconds * 1000 * 2 ** Math.min(after.reopened, MOST_DOUBLINGS)
        ? 'cooldown'
        : undefined;
  if (reason !== undefined) return isNew ? { told, suppressed: reason } : { told };
  // Begun anew, it is nobody's yet, and as urgent as its rule says.
  const { escalatedAt: _, ...fresh } = next(told);
  return { told: { ...fresh, told: 'firing', toldFiringAt: now }, tell: 'firing' };
}

function resolved(told: Told, { isSilenced }: Circumstances): Telling {
  if (isSilenced) return { told: { ...told, told: 'nothing' }, suppressed: 'silenced' };
  return { told: { ...next(told), told: 'resolved' }, tell: 'resolved' };
}

function isEscalationDue(
  { pendingSince }: Episode,
  told: Told,
  escalateAfterSeconds: number,
  now: number,
): boolean {
  return (
    escalateAfterSeconds > 0 &&
    // Who looked after it before it was over has not seen that it came back.
    (told.acknowledgedAt === undefined || told.acknowledgedAt < pendingSince) &&
    told.escalatedAt === undefined &&
    now - (told.toldFiringAt ?? now) >= escalateAfterSeconds * 1000
  );
}

function next(told: Told): Told {
  return { ...told, transition: told.transition + 1 };
}
