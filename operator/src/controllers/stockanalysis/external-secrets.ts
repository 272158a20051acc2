import { keyOf, type Client, type Clock, type ObjectRef, type Secret } from '../../kube/index.ts';
import { kinds } from './types.ts';

/** An object that converges is visited every few seconds; a steady one every few minutes, so it always reads anew. */
const MAX_AGE_MS = 60_000;

/**
 * Secrets of external databases. They carry no label of ours, so no cache holds them: they are read live, and kept for a
 * minute once they were found to be complete.
 */
export class ExternalSecrets {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #complete = new Map<string, { readonly secret: Secret; readonly readAt: number }>();

  constructor(client: Client, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async read(ref: ObjectRef, signal: AbortSignal): Promise<Secret | undefined> {
    this.#dropOld();
    return this.#complete.get(keyOf(ref))?.secret ?? this.#client.get(kinds.secrets, ref, signal);
  }

  keep(secret: Secret): void {
    const key = keyOf(secret.metadata);
    if (!this.#complete.has(key)) this.#complete.set(key, { secret, readAt: this.#clock.monotonic() });
  }

  #dropOld(): void {
    const oldest = this.#clock.monotonic() - MAX_AGE_MS;
    for (const [key, { readAt }] of this.#complete) {
      // In the order in which they were read.
      if (readAt > oldest) return;
      this.#complete.delete(key);
    }
  }
}
