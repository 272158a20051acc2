import type { Response } from 'express';
import type { BudgetName } from '../common/budget.ts';
import { TooManyRequestsError, UnavailableError } from '../common/errors.ts';
import type { Verdict } from './rate-limits.service.ts';
import { remainingOf, secondsToReset, secondsToRoom, WINDOW_MS } from './sliding-window.ts';

/** As problems name them: `too many requests to sign in`. */
const DONE: Readonly<Record<BudgetName, string>> = {
  reading: 'to read',
  writing: 'to write',
  login: 'to sign in',
  exports: 'for exports',
  ai: 'for AI analyses',
};

/**
 * Says in the headers of draft-ietf-httpapi-ratelimit-headers-10 how much of a budget is left.
 * @throws TooManyRequestsError, or UnavailableError where nobody could say
 */
export function answerVerdict({ decision, budget, limit, usage }: Verdict, response: Response): void {
  response.setHeader('RateLimit-Policy', `"${budget}";q=${limit};w=${WINDOW_MS / 1000}`);
  if (usage === undefined)
    throw new UnavailableError(
      `requests ${DONE[budget]} cannot be counted at the moment; try again in a few seconds`,
    );
  const refused = decision === 'refused';
  const seconds = refused ? secondsToRoom(usage, limit) : secondsToReset(usage);
  const remaining = refused ? 0 : remainingOf(usage, limit);
  response.setHeader('RateLimit', `"${budget}";r=${remaining};t=${seconds}`);
  if (refused)
    throw new TooManyRequestsError(
      `more than ${limit} requests ${DONE[budget]} in a minute; try again in ${seconds} s`,
      seconds,
    );
}
