/**
 * Where a stream was left, so that it goes on without a line twice and without a line lost. `sinceTime` knows whole seconds
 * only and many lines may have one and the same time, so the lines of that second are read again and counted.
 */
export class Resume {
  #last: bigint | undefined;
  #countAtLast = 0;

  /** Time of the newest line; undefined before the first. */
  get last(): bigint | undefined {
    return this.#last;
  }

  /** A line was taken. A clock that was set back does not take us back: what was read would come again. */
  note(at: bigint): void {
    if (at === this.#last) this.#countAtLast += 1;
    else if (this.#last === undefined || at > this.#last) {
      this.#last = at;
      this.#countAtLast = 1;
    }
  }

  /** For one stream that begins at or before `last`: whether a line of it was taken before. */
  repeats(): (at: bigint | undefined) => boolean {
    const last = this.#last;
    let known = this.#countAtLast;
    let isBehind = last !== undefined;
    return (at) => {
      if (!isBehind || last === undefined) return false;
      // What the kubelet says of its own has no time; it is said again.
      if (at === undefined) return false;
      if (at < last) return true;
      if (at === last && known > 0) {
        known -= 1;
        return true;
      }
      isBehind = false;
      return false;
    };
  }
}
