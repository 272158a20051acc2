/** A clock for people: every line carries the seconds since the run began. */
export class Progress {
  readonly #started = performance.now();
  #last = '';

  elapsedSeconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  say(text: string): void {
    console.log(`[${this.elapsedSeconds().toFixed(0).padStart(4)} s] ${text}`);
  }

  /** Prints a state only when it differs from the one printed before. */
  sayOnChange(text: string): void {
    if (text === this.#last) return;
    this.#last = text;
    this.say(text);
  }
}
