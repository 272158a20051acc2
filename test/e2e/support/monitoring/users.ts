import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const READ_EVERY_MS = 500;
const SIGN_IN_EVERY_MS = 10_000;

/** People who use the platform, whatever becomes of it: they read, and one keeps forgetting the password. */
export class Users {
  readonly #stopping = new AbortController();
  readonly #work: readonly Promise<void>[];
  /** Answers by status; `0`: none came. */
  readonly answers = new Map<number, number>();

  /** @param url of the platform, for reading `symbol` */
  constructor(url: string, symbol: string) {
    const username = `user-${randomBytes(3).toString('hex')}`;
    const body = JSON.stringify({ username, password: 'forgotten by its owner' });
    const signIn = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    this.#work = [
      this.#repeat(READ_EVERY_MS, `${url}/api/v1/bars/${symbol}?from=2024-06-01`),
      this.#repeat(SIGN_IN_EVERY_MS, `${url}/api/v1/auth/login`, signIn),
    ];
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#work);
  }

  async #repeat(everyMs: number, url: string, request: RequestInit = {}): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const status = await fetch(url, {
        ...request,
        signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]),
      })
        .then(async (response) => {
          await response.arrayBuffer();
          return response.status;
        })
        .catch(() => 0);
      if (!signal.aborted) this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
