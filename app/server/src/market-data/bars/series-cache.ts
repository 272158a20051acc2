/** What is kept of one key, and how much memory it takes. */
interface Entry<Value> {
  readonly version: string;
  readonly value: Value;
  readonly bytes: number;
}

/**
 * The values that were asked for last, each under the version of what it was made from, up to a number of bytes. What
 * has another version is as good as absent.
 */
export class VersionedCache<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #limit: number;
  readonly #bytesOf: (value: Value) => number;
  #bytes = 0;

  constructor(limitBytes: number, bytesOf: (value: Value) => number) {
    this.#limit = limitBytes;
    this.#bytesOf = bytesOf;
  }

  get(key: string, version: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry?.version !== version) return undefined;
    // A Map iterates in the order of insertion, so the first key is the one not asked for for longest.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  put(key: string, version: string, value: Value): void {
    this.#remove(key);
    const bytes = this.#bytesOf(value);
    if (bytes > this.#limit) return;
    this.#entries.set(key, { version, value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#limit) return;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}
