import type { ComponentState } from '../../health/component.ts';
import type { Span } from '../model/spans.ts';

type Look = Pick<ComponentState, 'status' | 'checkedAt' | 'responseTimeMs'>;

/** A process that has just started has no connection for as long as that; it is no sign of anything. */
const STARTING_MS = 5_000;

/** Makes spans of what looks at the database found: each from the first that had no answer to the last, healthy time left out. */
export class OutageWatch {
  #open: Span | undefined;
  #hasBeenThere = false;
  readonly #over: Span[] = [];

  /** @param look the newest; it may be given again */
  see({ status, checkedAt, responseTimeMs }: Look): void {
    const at = checkedAt.getTime();
    if (status === 'down') {
      // Who asked in vain has had no answer since it asked.
      this.#open = { from: this.#open?.from ?? Math.floor(at - responseTimeMs), to: at };
      return;
    }
    if (this.#open !== undefined && !this.#isStart(this.#open)) this.#over.push(this.#open);
    this.#open = undefined;
    this.#hasBeenThere = true;
  }

  #isStart({ from, to }: Span): boolean {
    return !this.#hasBeenThere && to - from < STARTING_MS;
  }

  /** The oldest that is over and not {@link kept}. */
  get over(): Span | undefined {
    return this.#over[0];
  }

  /** It is stored. */
  kept(span: Span): void {
    this.#over.splice(this.#over.indexOf(span), 1);
  }
}
