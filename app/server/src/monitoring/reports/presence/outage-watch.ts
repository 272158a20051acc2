import type { ComponentState } from '../../health/component.ts';
import type { Span } from '../model/spans.ts';

type Look = Pick<ComponentState, 'status' | 'checkedAt' | 'responseTimeMs'>;

/** Makes spans of what looks at the database found: each from the first that had no answer to the last, healthy time left out. */
export class OutageWatch {
  #open: Span | undefined;
  readonly #over: Span[] = [];

  /** @param look the newest; it may be given again */
  see({ status, checkedAt, responseTimeMs }: Look): void {
    const at = checkedAt.getTime();
    if (status === 'down') {
      // Who asked in vain has had no answer since it asked.
      this.#open = { from: this.#open?.from ?? Math.floor(at - responseTimeMs), to: at };
      return;
    }
    if (this.#open !== undefined) this.#over.push(this.#open);
    this.#open = undefined;
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
