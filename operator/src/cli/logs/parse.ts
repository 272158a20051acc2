import { isRecord } from '../../kube/index.ts';
import { LEVELS, type Level } from './entry.ts';

/** Pino's numbers, which the operator writes, and names, which the application does. */
const OF_NUMBER: Readonly<Record<number, Level>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/** PostgreSQL's severities and those of Python's logging. */
const OF_WORD: Readonly<Record<string, Level>> = {
  LOG: 'info',
  INFO: 'info',
  NOTICE: 'info',
  WARNING: 'warn',
  ERROR: 'error',
  CRITICAL: 'fatal',
  FATAL: 'fatal',
  PANIC: 'fatal',
  DEBUG: 'debug',
};

/** `log_line_prefix` of the operator: `%m [%p] %q%u@%d `. */
const POSTGRES = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \S{1,8} \[(\d+)\] (?:\S+@\S+ )?([A-Z]+)[1-5]?:/;
/** `INFO:     Started server process`, as uvicorn does. */
const PYTHON = /^([A-Z]{4,8}):\s/;

/** What PostgreSQL adds to the line before, of the same process. */
const ADDITIONS = new Set(['DETAIL', 'HINT', 'QUERY', 'CONTEXT', 'LOCATION', 'STATEMENT', 'BACKTRACE']);

export interface Head {
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly level?: Level;
  /** Number of the PostgreSQL process that said it. */
  readonly process?: string;
}

export function parseHead(text: string): Head {
  const fields = jsonOf(text);
  if (fields) {
    const level = levelOf(fields['level']);
    return level ? { fields, level } : { fields };
  }
  const [, process, severity = ''] = POSTGRES.exec(text) ?? [];
  const level = OF_WORD[severity] ?? OF_WORD[PYTHON.exec(text)?.[1] ?? ''];
  return { ...(level ? { level } : {}), ...(process === undefined ? {} : { process }) };
}

function jsonOf(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function levelOf(value: unknown): Level | undefined {
  return typeof value === 'number' ? OF_NUMBER[value] : LEVELS.find((level) => level === value);
}

const CHAINED = /^(Traceback \(most recent call last\):|During handling of the above |The above exception )/;

/** Whether a line belongs to the one before it. `isInTraceback`: the lines so far end in the middle of one of Python. */
export function isContinuation(text: string, head: Head | undefined, isInTraceback: boolean): boolean {
  if (head === undefined) return false;
  if (text === '' || /^\s/.test(text) || CHAINED.test(text)) return true;
  // What was raised stands unindented behind its frames.
  if (isInTraceback && parseHead(text).level === undefined) return true;
  const [, process, severity = ''] = POSTGRES.exec(text) ?? [];
  return process !== undefined && process === head.process && ADDITIONS.has(severity);
}

/** Whether a line of a group leaves it in the middle of a traceback. */
export const isFrame = (text: string): boolean => CHAINED.test(text) || /^\s+\S/.test(text);
export const beginsTraceback = (text: string): boolean => CHAINED.test(text);
