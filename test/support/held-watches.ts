/** Watches of one kind that tell the operator nothing for a while: an API server that lags, or a peer that is gone. */
import { Transform } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { FaultProxy } from './fault-proxy.ts';

const GONE = {
  type: 'ERROR',
  object: {
    apiVersion: 'v1',
    kind: 'Status',
    status: 'Failure',
    code: 410,
    reason: 'Expired',
    message: 'too old resource version: fault',
  },
};

/** The last line of a watch that has expired. */
export const EXPIRED = `${JSON.stringify(GONE)}\n`;

/**
 * How a watch goes on: `late` tells everything now; `expired` ends in a 410, so that a list shows no more than what has
 * come of it all; `never` stays open and is silent for ever, where it has kept something back.
 */
export type Release = 'late' | 'expired' | 'never';

/** A transform of a watch, a line at a time: a large object comes in several pieces. */
export function byLine(take: (line: string, watch: Transform) => void): Transform {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line, this);
      done();
    },
  });
}

/** A watch, and what it has kept back. */
class HeldWatch {
  readonly stream: Transform;
  readonly #held: string[] = [];
  #isOver = false;

  constructor(keeps: (line: string) => boolean) {
    this.stream = byLine((line) => {
      // What still comes after the end is taken in and dropped.
      if (this.#isOver) return;
      if (keeps(line)) this.#held.push(line);
      else this.stream.push(`${line}\n`);
    });
  }

  release(how: Release): void {
    if (this.stream.destroyed || this.#isOver) return;
    const held = this.#held.splice(0);
    if (how === 'late') for (const line of held) this.stream.push(`${line}\n`);
    if (how === 'never') this.#isOver = held.length > 0;
    if (how !== 'expired') return;
    this.#isOver = true;
    this.stream.push(EXPIRED);
    this.stream.push(null);
  }
}

export class HeldWatches {
  /** Takes itself off the proxy; watches that are open go on as they are. */
  readonly remove: () => void;
  readonly #open = new Set<HeldWatch>();
  #isHeld = false;

  /** From now on for every watch that begins. `noted` hears of each line that is held back. */
  constructor(proxy: FaultProxy, resource: string, noted: (line: string) => void = () => undefined) {
    const keeps = (line: string): boolean => {
      if (this.#isHeld) noted(line);
      return this.#isHeld;
    };
    this.remove = proxy.intercept({
      watchStream: ({ target }) => (target.resource === resource ? this.#add(keeps) : undefined),
    });
  }

  #add(keeps: (line: string) => boolean): Transform {
    const watch = new HeldWatch(keeps);
    this.#open.add(watch);
    watch.stream.once('close', () => this.#open.delete(watch));
    return watch.stream;
  }

  hold(): void {
    this.#isHeld = true;
  }

  release(how: Release = 'late'): void {
    this.#isHeld = false;
    for (const watch of this.#open) watch.release(how);
  }
}
