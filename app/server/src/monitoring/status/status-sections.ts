import { Injectable } from '@nestjs/common';
import { messageOf } from '../../common/configuration/errors.ts';

/** What a feature says of itself on /monitoring/status, to operators only. Must answer at once, from memory. */
export type ReadSection = () => object;

/** The parts of /monitoring/status; features add theirs. */
@Injectable()
export class StatusSections {
  readonly #sections = new Map<string, ReadSection>();

  /** @throws Error where there is a section of that name */
  register(name: string, read: ReadSection): void {
    if (this.#sections.has(name)) throw new Error(`the status has a section ${name} already`);
    this.#sections.set(name, read);
  }

  /** A section that fails says so, and the others are told all the same. */
  read(): Readonly<Record<string, object>> {
    return Object.fromEntries([...this.#sections].map(([name, read]) => [name, attempt(read)]));
  }
}

function attempt(read: ReadSection): object {
  try {
    return read();
  } catch (error) {
    return { error: messageOf(error) };
  }
}
