/** What is kept of one key, and how much memory it takes. */
interface Entry<Value> {
  readonly version: string;
  readonly value: Value;
  readonly bytes: number;
}

/** As many keys lie between two puts of one key that still count as asked for again. */
const REMEMBERED_KEYS = 64;

/**
 * The values that were asked for last, each under the version of what it was made from, up to a number of bytes. What
 * has another version is as good as absent. A value is kept when its key is put for the second time in a while: what is
 * read once, as by a walk through the market, would only push out what others ask for, and become garbage that has lived
 * long enough to be expensive.
 */
export class VersionedCache<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #seen = new Set<string>();
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
    if (this.#isFirst(key)) return;
    const bytes = this.#bytesOf(value);
    if (bytes > this.#limit) return;
    this.#entries.set(key, { version, value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#limit) return;
      this.#remove(oldest);
    }
  }

  #isFirst(key: string): boolean {
    const isFirst = !this.#seen.delete(key);
    this.#seen.add(key);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= REMEMBERED_KEYS) break;
      this.#seen.delete(oldest);
    }
    return isFirst;
  }

  #remove(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}
