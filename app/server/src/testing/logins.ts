/** Fifty people who sign in at once, and what they cost everybody else; the benches measure the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import { hashPassword } from '../auth/passwords/password-hash.ts';
import { LOOP_LAG_MS } from '../monitoring/metrics/event-loop-lag.ts';
import { LOOP_WINDOW_MS } from '../monitoring/performance/event-loop-watch.ts';

export const LOGINS = 50;
/** What they may hold up the event loop by, in milliseconds at the 99th percentile. */
export const MOST_DELAY_MS = 50;

const PASSWORD = 'fifty people who sign in at once';

/** @param query runs one statement with its values */
export async function createPeople(
  query: (text: string, values: unknown[]) => Promise<unknown>,
): Promise<void> {
  await query(
    `INSERT INTO app.users (username, display_name, role, password_hash)
     SELECT 'user-' || n, 'user', 'viewer', $1 FROM generate_series(0, $2::int - 1) AS n`,
    [await hashPassword(PASSWORD), LOGINS],
  );
}

/** Until what happened before is in {@link loopDelayMs} no more: it looks back so far, by spans of five seconds. */
export const FORGOTTEN_MS = LOOP_LAG_MS + LOOP_WINDOW_MS;

/** Until what happened just now is in {@link loopDelayMs}. */
export const TOLD_MS = LOOP_WINDOW_MS + 500;

/**
 * How long the event loop of a server was held up in the worst five seconds of the last half minute, in milliseconds at the
 * 99th percentile, as its own metric says; an idle one shows the 10 ms of its clock.
 */
export async function loopDelayMs(managementUrl: string): Promise<number> {
  const text = await (await fetch(`${managementUrl}/metrics`)).text();
  return Number(/^nodejs_eventloop_lag_p99_seconds(?:\{.*\})? (\S+)$/m.exec(text)?.[1] ?? Number.NaN) * 1000;
}

/** Signs in, as often as it takes. @returns how often the server refused for the moment */
async function signIn(url: string, username: string): Promise<number> {
  for (let refused = 0; ; refused += 1) {
    const answer = await fetch(`${url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username, password: PASSWORD }),
    });
    await answer.arrayBuffer();
    if (answer.status === 200) return refused;
    const wait = Number(answer.headers.get('Retry-After'));
    if (answer.status !== 429 || !(wait > 0))
      throw new Error(`signing in was answered with ${answer.status}`);
    await sleep(wait * 1000);
  }
}

export interface Logins {
  /** Until everybody was in. */
  readonly seconds: number;
  /** Answers of 429, after which somebody came again. */
  readonly refused: number;
}

export async function signInAll(url: string): Promise<Logins> {
  const started = performance.now();
  const refusals = await Promise.all(
    Array.from({ length: LOGINS }, (_, index) => signIn(url, `user-${index}`)),
  );
  return {
    seconds: (performance.now() - started) / 1000,
    refused: refusals.reduce((sum, count) => sum + count, 0),
  };
}
