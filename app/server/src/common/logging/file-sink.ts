import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { LogFileConfiguration } from '../configuration/logging-schema.ts';
import { messageOf } from '../configuration/errors.ts';

const BYTES = 1_000_000;
const DAY_MS = 86_400_000;
/** How often a line looks whether its file is still the one at the path. */
const LOOK_MS = 10_000;
/** After trouble the next line that comes so much later tries again. */
const AGAIN_MS = 10_000;
/** Never follows a link at the end of the path, and never waits for somebody at the other end of a pipe. */
const APPEND =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const FILE_MODE = 0o640;

/** `app.log` of the worker is `app-worker.log`: two programs that rotate one file lose lines. */
export function fileOfRole(path: string, role: string): string {
  const ending = extname(path);
  return join(dirname(path), `${basename(path, ending)}-${role}${ending}`);
}

interface Open {
  readonly descriptor: number;
  readonly day: string;
  bytes: number;
  /** When it was last seen at its path. */
  seenAt: number;
}

export interface SinkOptions {
  readonly now?: () => Date;
  /** Milliseconds on a clock that nobody sets. */
  readonly elapsed?: () => number;
  /** Told once when it begins to fail and once when it works again. */
  readonly tell?: (words: string) => void;
}

/**
 * Keeps lines in a file, a new one every day (UTC) and whenever it is full, and the newest of the old ones. Each line is
 * in the file when `write` returns, so none is lost however the process ends. It never throws: where the disk is full or
 * not to be written to, the lines are on standard output alone, and `tell` says so.
 */
export class FileSink {
  readonly #path: string;
  readonly #limits: LogFileConfiguration;
  readonly #now: () => Date;
  readonly #elapsed: () => number;
  readonly #tell: (words: string) => void;
  #open: Open | undefined;
  #trouble: { readonly words: string; readonly since: number; lost: number } | undefined;
  #isTorn = false;

  constructor(
    path: string,
    limits: LogFileConfiguration,
    { now = () => new Date(), elapsed = () => performance.now(), tell }: SinkOptions = {},
  ) {
    this.#path = path;
    this.#limits = limits;
    this.#now = now;
    this.#elapsed = elapsed;
    this.#tell = tell ?? ((words) => void process.stderr.write(`${words}\n`));
  }

  write(line: string): void {
    if (this.#trouble !== undefined && this.#elapsed() - this.#trouble.since < AGAIN_MS) {
      this.#trouble.lost += 1;
      return;
    }
    try {
      this.#append(line, this.#now());
      this.#recover();
    } catch (error) {
      this.#fail(error);
    }
  }

  close(): void {
    if (this.#open !== undefined) closeSync(this.#open.descriptor);
    this.#open = undefined;
  }

  #append(line: string, now: Date): void {
    const file = this.#fileFor(Buffer.byteLength(line) + 1, now);
    // What came of half a line is ended before the next.
    const bytes = Buffer.from(this.#isTorn && file.bytes > 0 ? `\n${line}` : line);
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(file.descriptor, bytes, done);
    } finally {
      file.bytes += done;
      if (done > 0) this.#isTorn = done < bytes.length;
    }
  }

  /** The file that has room for so many bytes today. */
  #fileFor(bytes: number, now: Date): Open {
    if (this.#open !== undefined && this.#isGone(this.#open)) this.close();
    let open = this.#open ?? this.#reopen(now);
    const isFull = open.bytes > 0 && open.bytes + bytes > this.#limits.maxMegabytes * BYTES;
    if (isFull || open.day !== dayOf(now)) {
      this.#rotate(open);
      open = this.#reopen(now);
    }
    return open;
  }

  /** Somebody moved it away, as other programs that rotate do, or removed it: what is written there is not found. */
  #isGone(open: Open): boolean {
    if (this.#elapsed() - open.seenAt < LOOK_MS) return false;
    open.seenAt = this.#elapsed();
    return !this.#isAtItsPath(open);
  }

  #isAtItsPath({ descriptor }: Open): boolean {
    const found = lstatSync(this.#path, { throwIfNoEntry: false });
    const ours = fstatSync(descriptor);
    return found?.ino === ours.ino && found.dev === ours.dev;
  }

  #reopen(now: Date): Open {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o750 });
    const descriptor = openSync(this.#path, APPEND, FILE_MODE);
    const found = fstatSync(descriptor);
    if (!found.isFile()) {
      closeSync(descriptor);
      throw new Error('it is not a file');
    }
    const { size, mtime } = found;
    // What an earlier process wrote on another day is of that day.
    this.#open = { descriptor, day: dayOf(size > 0 ? mtime : now), bytes: size, seenAt: this.#elapsed() };
    return this.#open;
  }

  /** Gives the full file the name of its end. Where somebody else moved it, or put another there, that is done already. */
  #rotate(open: Open): void {
    const isOurs = this.#isAtItsPath(open);
    this.close();
    const now = this.#now();
    const last = open.day === dayOf(now) ? now : new Date(Date.parse(`${open.day}T23:59:59.999Z`));
    const stamp = last.toISOString().replaceAll(/[:.]/g, '-');
    if (isOurs) renameSync(this.#path, this.#freeName(stamp));
    this.#prune(now);
  }

  #freeName(stamp: string): string {
    const ending = extname(this.#path);
    const stem = join(dirname(this.#path), basename(this.#path, ending));
    for (let number = 0; ; number += 1) {
      const name = `${stem}.${stamp}${number === 0 ? '' : `-${String(number).padStart(3, '0')}`}${ending}`;
      if (!isThere(name)) return name;
    }
  }

  /** Removes what is too old, and the oldest of too many; only what has a name that rotation gave. */
  #prune(now: Date): void {
    const folder = dirname(this.#path);
    const ending = extname(this.#path);
    const stem = `${basename(this.#path, ending)}.`;
    const newest = readdirSync(folder)
      .filter((name) => name.startsWith(stem) && name.endsWith(ending))
      .map((name) => name.slice(stem.length, name.length - ending.length))
      .filter((stamp) => STAMP.test(stamp))
      .toSorted()
      .toReversed();
    const oldest = now.getTime() - this.#limits.keepDays * DAY_MS;
    for (const [index, stamp] of newest.entries()) {
      const path = join(folder, `${stem}${stamp}${ending}`);
      // Of a link its own time: what it leads to may be gone.
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (found === undefined || found.isDirectory()) continue;
      if (index >= this.#limits.keepFiles || found.mtimeMs < oldest) rmSync(path, { force: true });
    }
  }

  #fail(error: unknown): void {
    const words = messageOf(error);
    const lost = (this.#trouble?.lost ?? 0) + 1;
    if (this.#trouble?.words !== words)
      this.#tell(
        `the log file ${this.#path} cannot be written to: ${words}; lines go to standard output alone until it can`,
      );
    this.#trouble = { words, since: this.#elapsed(), lost };
    try {
      this.close();
    } catch {
      // Nothing is left to be done with it.
      this.#open = undefined;
    }
  }

  #recover(): void {
    if (this.#trouble === undefined) return;
    this.#tell(`the log file ${this.#path} is written to again; it lacks ${this.#trouble.lost} lines`);
    this.#trouble = undefined;
  }
}

const STAMP = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z(-\d{3})?$/;

const dayOf = (time: Date): string => time.toISOString().slice(0, 10);

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
