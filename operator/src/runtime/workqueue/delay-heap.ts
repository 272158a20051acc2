/** A key and the moment (monotonic milliseconds) it becomes due. */
export interface Delayed {
  readonly key: string;
  dueAt: number;
}

/** Binary heap with one entry for each key, the earliest first; keys due at the same moment leave in the order they came. */
export class DelayHeap {
  readonly #heap: (Delayed & { sequence: number })[] = [];
  readonly #positions = new Map<string, number>();
  #sequence = 0;

  get size(): number {
    return this.#heap.length;
  }

  peek(): Delayed | undefined {
    return this.#heap[0];
  }

  /** An entry that exists only ever moves to an earlier moment. */
  push(key: string, dueAt: number): void {
    const position = this.#positions.get(key);
    const entry = position === undefined ? undefined : this.#heap[position];
    if (position === undefined || !entry) {
      this.#sequence += 1;
      this.#heap.push({ key, dueAt, sequence: this.#sequence });
      this.#rise(this.#heap.length - 1);
    } else if (dueAt < entry.dueAt) {
      entry.dueAt = dueAt;
      this.#rise(position);
    }
  }

  pop(): Delayed | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (!first || !last) return undefined;
    this.#positions.delete(first.key);
    if (last !== first) {
      this.#heap[0] = last;
      this.#positions.set(last.key, 0);
      this.#sink(0);
    }
    return first;
  }

  clear(): void {
    this.#heap.length = 0;
    this.#positions.clear();
  }

  #before(a: number, b: number): boolean {
    const left = this.#heap[a];
    const right = this.#heap[b];
    if (!left || !right) return false;
    return left.dueAt === right.dueAt ? left.sequence < right.sequence : left.dueAt < right.dueAt;
  }

  #rise(from: number): void {
    let at = from;
    for (let parent = (at - 1) >> 1; at > 0 && this.#before(at, parent); parent = (at - 1) >> 1) {
      this.#swap(at, parent);
      at = parent;
    }
    this.#note(at);
  }

  #sink(from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      const child = this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#before(child, at)) break;
      this.#swap(at, child);
      at = child;
    }
    this.#note(at);
  }

  #swap(a: number, b: number): void {
    const left = this.#heap[a];
    const right = this.#heap[b];
    if (!left || !right) return;
    this.#heap[a] = right;
    this.#heap[b] = left;
    this.#note(a);
    this.#note(b);
  }

  #note(at: number): void {
    const entry = this.#heap[at];
    if (entry) this.#positions.set(entry.key, at);
  }
}
