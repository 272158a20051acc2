import type { Writable } from 'node:stream';
import { neutral } from './neutral.ts';

/** Whoever reads our output has gone, as `head` does. */
export class ReaderGone extends Error {}

const isGone = (error: Error): boolean => 'code' in error && error.code === 'EPIPE';

/** Standard output that waits for its reader, and standard error for what is said about it. */
export class Output {
  readonly #out: Writable;
  readonly #err: Writable;
  readonly #said = new Set<string>();
  #failure: Error | undefined;

  constructor(out: Writable, err: Writable) {
    this.#out = out;
    this.#err = err;
    out.on('error', (error: Error) => {
      this.#failure ??= isGone(error) ? new ReaderGone() : error;
    });
    // Nobody reads what is said: that is no reason to stop.
    err.on('error', () => undefined);
  }

  /** Resolves when there is room for more. @throws ReaderGone */
  async write(text: string): Promise<void> {
    this.#check();
    const done = Promise.withResolvers<void>();
    // Called in any case; that it went wrong is told to `error`.
    if (!this.#out.write(text, () => done.resolve())) await done.promise;
    this.#check();
  }

  /** One line on standard error, which may quote what a server said. */
  say(text: string): void {
    this.#err.write(`${text.split('\n').map(neutral).join('\n')}\n`);
  }

  /** As `say`, and the same thing not twice. */
  sayOnce(text: string): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    this.say(text);
  }

  /** Resolves when what was written has left the process, or cannot any more. */
  async flushed(): Promise<void> {
    if (this.#failure || this.#out.destroyed) return;
    const done = Promise.withResolvers<void>();
    this.#out.write('', () => done.resolve());
    await done.promise;
  }

  #check(): void {
    if (this.#failure) throw this.#failure;
    if (this.#out.destroyed) throw new ReaderGone();
  }
}
