import type { Entry, Origin } from './entry.ts';
import type { Line } from './lines.ts';
import { beginsTraceback, isContinuation, isFrame, parseHead, type Head } from './parse.ts';

/** What one entry may hold: PostgreSQL puts out a whole statement, and a container may write indented lines for ever. */
const MOST_LINES = 500;
const MOST_CHARACTERS = 512 * 1024;

interface Open {
  readonly head: Head;
  readonly at: bigint;
  readonly text: string;
  readonly more: string[];
  characters: number;
  isInTraceback: boolean;
}

/** Puts lines of one container together to entries: a stack stays in one piece wherever the entry is merged to. */
export class Grouper {
  readonly #origin: Origin;
  /** For lines without a time before the first that has one. */
  readonly #now: () => bigint;
  #open: Open | undefined;
  /** Survives a flush: what comes late has the severity of what it belongs to. */
  #lastHead: Head | undefined;
  #lastAt: bigint | undefined;

  constructor(origin: Origin, now: () => bigint) {
    this.#origin = origin;
    this.#now = now;
  }

  /** @returns the entry that this line has ended */
  push({ at: stamp, text }: Line): Entry | undefined {
    const at = stamp ?? this.#lastAt ?? this.#now();
    this.#lastAt = at;
    const open = this.#open;
    if (isContinuation(text, open?.head ?? this.#lastHead, open?.isInTraceback ?? false)) {
      if (open && hasRoom(open)) {
        append(open, text);
        return undefined;
      }
      return this.#begin(at, text, this.#lastHead ?? {});
    }
    return this.#begin(at, text, parseHead(text));
  }

  /** The entry that may still grow, when nothing came for a while or nothing will. */
  flush(): Entry | undefined {
    const open = this.#open;
    this.#open = undefined;
    if (!open) return undefined;
    const { at, text, more, head } = open;
    const { fields, level } = head;
    return {
      origin: this.#origin,
      at,
      text,
      more,
      ...(fields ? { fields } : {}),
      ...(level ? { level } : {}),
    };
  }

  #begin(at: bigint, text: string, head: Head): Entry | undefined {
    const ended = this.flush();
    const { fields: _fields, ...rest } = head;
    this.#lastHead = rest;
    this.#open = {
      head,
      at,
      text,
      more: [],
      characters: text.length,
      isInTraceback: beginsTraceback(text),
    };
    return ended;
  }
}

const hasRoom = ({ more, characters }: Open): boolean =>
  more.length < MOST_LINES && characters < MOST_CHARACTERS;

function append(open: Open, text: string): void {
  open.more.push(text);
  open.characters += text.length;
  open.isInTraceback = beginsTraceback(text) || (open.isInTraceback && isFrame(text));
}
