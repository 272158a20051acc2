/** About an hour and a half in all: a mail server is moved, a greylisting ends, an administrator mends a password. */
export const MOST_ATTEMPTS = 10;
const FIRST_SECONDS = 15;
const LONGEST_SECONDS = 1_800;
/** Or all that failed at once would come back at once. */
const JITTER = 0.25;

/**
 * Seconds until the next attempt: twice as long after each, give or take a quarter, and never before the other side asked.
 * @param attempt how many there were
 * @param random 0 to 1
 */
export function retrySeconds(attempt: number, random: number, retryAfter = 0): number {
  const seconds = Math.min(FIRST_SECONDS * 2 ** (attempt - 1), LONGEST_SECONDS);
  return Math.max(seconds * (1 - JITTER + 2 * JITTER * random), retryAfter);
}
