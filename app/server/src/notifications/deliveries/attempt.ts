import { redactText } from '../../common/redaction/redact.ts';
import { messageOf } from '../../common/configuration/errors.ts';
import { ChannelError, type Receipt } from '../channel.ts';
import { oneLine } from '../summary.ts';
import { MOST_ATTEMPTS, retrySeconds } from './backoff.ts';

const LONGEST_ERROR = 500;

/** What came of handing a message to a channel once; as it is stored, so without secrets. */
export interface Attempt {
  readonly at: string;
  readonly outcome: 'sent' | 'failed' | 'dead';
  readonly code?: string | undefined;
  readonly error?: string | undefined;
  readonly milliseconds: number;
}

/** When it began, and how long it took. */
export interface Timing {
  readonly at: Date;
  readonly milliseconds: number;
}

const timed = ({ at, milliseconds }: Timing) => ({
  at: at.toISOString(),
  milliseconds: Math.round(milliseconds),
});

export function sentAttempt(timing: Timing, { code, remark }: Receipt): Attempt {
  return { ...timed(timing), outcome: 'sent', code, error: remark };
}

/** Of what nobody could send for so long that nobody needs it any more. */
export function expiredAttempt(at: Date): Attempt {
  return {
    ...timed({ at, milliseconds: 0 }),
    outcome: 'dead',
    error: 'it was due for a day, and no worker with the channel was there to send it',
  };
}

/** What a failure means for what comes next, in seconds from now on. */
export interface Failure {
  readonly attempt: Attempt;
  /** Until it is tried again; undefined: never. */
  readonly againInSeconds: number | undefined;
  /** For so long the other side wants nothing at all. */
  readonly leaveAloneSeconds: number;
}

/** Pure. */
export function failedAttempt(timing: Timing, error: unknown, attempt: number, random: number): Failure {
  const known = error instanceof ChannelError ? error : undefined;
  const isLast = attempt >= MOST_ATTEMPTS || known?.mayWorkLater === false;
  return {
    attempt: {
      ...timed(timing),
      outcome: isLast ? 'dead' : 'failed',
      code: known?.code,
      error: oneLine(
        redactText(isTimeout(error) ? 'no end before the deadline' : messageOf(error)),
        LONGEST_ERROR,
      ),
    },
    againInSeconds: isLast ? undefined : retrySeconds(attempt, random, known?.retryAfterSeconds),
    leaveAloneSeconds: known?.retryAfterSeconds ?? 0,
  };
}

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';
