import type { Episode } from './lifecycle.ts';
import type { RuleDefinition } from './rules/definition.ts';

/** What people have been told of an alert; times in milliseconds since 1970. */
export interface Told {
  /** The last that was told. */
  readonly told: 'nothing' | 'firing' | 'resolved';
  /** When it was last told that it fires. */
  readonly toldFiringAt?: number | undefined;
  readonly escalatedAt?: number | undefined;
  readonly acknowledgedAt?: number | undefined;
  /** Number of the last message; each has its own, so that none is delivered twice. */
  readonly transition: number;
}

export type Transition = 'firing' | 'escalated' | 'resolved';
export type SuppressionReason = 'silenced' | 'inhibited' | 'cooldown' | 'flapping' | 'no-channel';

export interface Telling {
  readonly told: Told;
  readonly tell?: Transition;
  /** Why what is the case is not told now. */
  readonly heldBy?: SuppressionReason;
  /** Something that would have been told, and was not. Not repeated while nothing changes. */
  readonly suppressed?: SuppressionReason;
}

interface Circumstances {
  readonly before: Episode | undefined;
  readonly now: number;
  readonly isSilenced: boolean;
  readonly isInhibited: boolean;
  /** No channel would carry it. */
  readonly isUnheard?: boolean;
}

/**
 * The cool-down doubles with each time that an alert came back, so often: what flaps for hours is told a few times. It holds
 * for what flaps alone: what lasts for one cool-down is told then, whatever came before, for people have last read that it
 * is over.
 */
const MOST_DOUBLINGS = 4;

type Timing = Pick<RuleDefinition, 'forSeconds' | 'cooldownSeconds' | 'escalateAfterSeconds'>;

/**
 * What to tell, from what is the case and what was told last: so nothing is lost with a message that had to wait, and
 * nothing is told twice. What begins under a silence is told when that is over; the end of what people were told comes
 * through, or whoever keeps incidents by our messages would keep it open for ever. What no channel would carry is not told,
 * and is when there is one.
 */
export function tellingOf(after: Episode, told: Told, timing: Timing, circumstances: Circumstances): Telling {
  if (after.state === 'firing') return firing(after, told, timing, circumstances);
  if (after.state !== 'resolved' || told.told !== 'firing') return { told };
  if (circumstances.isUnheard === true)
    return { told: { ...told, told: 'nothing' }, heldBy: 'no-channel', suppressed: 'no-channel' };
  return { told: { ...next(told), told: 'resolved' }, tell: 'resolved' };
}

function firing(after: Episode, told: Told, timing: Timing, circumstances: Circumstances): Telling {
  const { before, now } = circumstances;
  const obstacle = obstacleOf(circumstances);
  if (told.told === 'firing') {
    const isEscalating = isEscalationDue(after, told, timing.escalateAfterSeconds, now);
    if (isEscalating && obstacle === undefined)
      return { told: { ...next(told), escalatedAt: now }, tell: 'escalated' };
    const hasFlapped = after.flaps > (before?.flaps ?? 0);
    return {
      told,
      ...(isEscalating && obstacle !== undefined ? { heldBy: obstacle } : {}),
      ...(hasFlapped ? { suppressed: 'flapping' } : {}),
    };
  }
  // What is about to end need not begin; it is told when it comes back.
  if (after.clearSince !== undefined) return { told };
  const heldBy = obstacle ?? (isCoolingDown(after, told, timing, now) ? 'cooldown' : undefined);
  if (heldBy !== undefined)
    return { told, heldBy, ...(before?.state === 'firing' ? {} : { suppressed: heldBy }) };
  // Begun anew, it is nobody's yet, and as urgent as its rule says.
  const { escalatedAt: _, ...fresh } = next(told);
  return { told: { ...fresh, told: 'firing', toldFiringAt: now }, tell: 'firing' };
}

/** Whatever is the case, nobody would hear of it. */
function obstacleOf({
  isSilenced,
  isInhibited,
  isUnheard = false,
}: Circumstances): SuppressionReason | undefined {
  if (isSilenced) return 'silenced';
  if (isInhibited) return 'inhibited';
  return isUnheard ? 'no-channel' : undefined;
}

function isCoolingDown(
  { pendingSince, reopened }: Episode,
  { toldFiringAt }: Told,
  { forSeconds, cooldownSeconds }: Timing,
  now: number,
): boolean {
  const hasLasted = now - pendingSince >= Math.max(forSeconds, cooldownSeconds) * 1000;
  if (toldFiringAt === undefined || hasLasted) return false;
  return now - toldFiringAt < cooldownSeconds * 1000 * 2 ** Math.min(reopened, MOST_DOUBLINGS);
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
