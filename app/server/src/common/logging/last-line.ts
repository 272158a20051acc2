import { inspect } from 'node:util';
import { pino } from 'pino';
import { lineOptions } from './log-lines.ts';

interface LastLogger {
  fatal(fields: object, message: string): void;
}

/** The line about what ends a process, whatever was thrown. */
export function writeLastLine(logger: LastLogger, thrown: unknown): void {
  const err = thrown instanceof Error ? thrown : new Error(inspect(thrown));
  logger.fatal({ context: 'Process', err }, 'the process ends: nobody caught this error');
}

/** The same on standard output, for a process that ends before it has a log. */
export function writeEarlyLine(role: string, thrown: unknown): void {
  writeLastLine(pino(lineOptions(role, 'fatal'), pino.destination({ dest: 1, sync: true })), thrown);
}
