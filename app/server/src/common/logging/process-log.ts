import type { OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { type HttpLogger, pinoHttp } from 'pino-http';
import { offLastWords, onLastWords } from '../last-words.ts';
import { writeLastLine } from './last-line.ts';
import type { LogLevel } from './levels.ts';
import { requestLineOptions } from './log-lines.ts';

/** Where lines go. */
export interface LogDestination {
  write(line: string): void;
}

/** The log of this process: lines that the code writes, one line for each request, and how much is told. */
export class ProcessLog implements OnApplicationShutdown {
  /** As configured; `silent` in tests. */
  readonly configured: string;
  /** Writes one line for each request, also for those that no route ever sees. */
  readonly requests: HttpLogger;
  readonly #root: Logger;
  readonly #unconditional: Logger;

  /** @param root what Nest's `Logger` writes with */
  constructor(role: string, configured: string, root: Logger, destination: LogDestination) {
    this.configured = configured;
    this.requests = pinoHttp(requestLineOptions(role, configured), destination);
    this.#root = root;
    // Set, not given to `child`: a child that is made at the level of its parent follows what the parent is set to later.
    this.#unconditional = root.child({});
    this.#unconditional.level = configured === 'silent' ? 'silent' : 'info';
    onLastWords(this.#sayLast);
  }

  onApplicationShutdown(): void {
    offLastWords(this.#sayLast);
  }

  /** At once: the line is written before anybody waits for anything. */
  readonly #sayLast = (thrown: unknown): Promise<void> => {
    writeLastLine(this.#unconditional, thrown);
    return Promise.resolve();
  };

  /** What is told now. */
  get level(): string {
    return this.#root.level;
  }

  /** Whether lines of this level are written: for lines that cost something to put together. */
  tells(level: LogLevel): boolean {
    return this.#root.isLevelEnabled(level);
  }

  /** Holds from the next line on. */
  setLevel(level: string): void {
    this.#root.level = level;
    this.requests.logger.level = level;
  }

  /** A line that is written at every level: what somebody outside keeps it for must not depend on how much is told. */
  writeAlways(fields: object, message: string): void {
    this.#unconditional.info(fields, message);
  }
}
