import { readFile } from 'node:fs/promises';
import type { Clock } from './clock.ts';
import type { ClusterConfig, Material } from './config.ts';

export interface TlsMaterial {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/**
 * Credentials that may change while we run: a service account token is replaced about once an hour, CA and client
 * certificate when they are rotated. Files are read asynchronously, at most once in `maxAgeMs`, and at once after a
 * 401. A file that cannot be read keeps the last known bytes: the kubelet swaps a symlink, and a gap there must not
 * become an outage.
 */
export class Credentials {
  readonly #config: ClusterConfig;
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  #token: string | undefined;
  #tls: TlsMaterial = { ca: undefined, cert: undefined, key: undefined };
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(config: ClusterConfig, clock: Clock, maxAgeMs: number) {
    this.#config = config;
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
  }

  get token(): string | undefined {
    return this.#token;
  }

  /** The same object as long as no byte has changed. */
  get tls(): TlsMaterial {
    return this.#tls;
  }

  /** Makes `token` and `tls` young enough. Concurrent callers share one read. */
  async refresh(force = false): Promise<void> {
    if (!force && this.#clock.monotonic() - this.#readAt < this.#maxAgeMs) return;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  async #read(): Promise<void> {
    const { ca, clientCertificate, clientKey, token, tokenCommand } = this.#config;
    const previous = this.#tls;
    const [nextToken, nextCa, cert, key] = await Promise.all([
      tokenCommand ? tokenCommand() : bytesOf(token, this.#token),
      bytesOf(ca, previous.ca),
      bytesOf(clientCertificate, previous.cert),
      bytesOf(clientKey, previous.key),
    ]);
    this.#token = nextToken?.trim() || undefined;
    if (nextCa !== previous.ca || cert !== previous.cert || key !== previous.key)
      this.#tls = { ca: nextCa, cert, key };
    this.#readAt = this.#clock.monotonic();
  }
}

async function bytesOf(
  material: Material | undefined,
  last: string | undefined,
): Promise<string | undefined> {
  if (!material) return undefined;
  if ('data' in material) return material.data;
  try {
    return await readFile(material.file, 'utf8');
  } catch (error) {
    if (last !== undefined) return last;
    throw error;
  }
}
