import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { normalizedMessage } from './normalized-message.ts';
import { framesOf } from './stack-frames.ts';

/** Longer ones are cut: a message may be a whole answer of somebody, and a stack may have all causes with their own. */
export const LONGEST_MESSAGE = 1_000;
export const LONGEST_STACK = 8_000;
const LONGEST_WORD = 200;

/** Folder of our code. */
const ROOT = join(import.meta.dirname, '../../');

const word = z.coerce
  .string()
  .transform((text) => text.slice(0, LONGEST_WORD))
  .optional()
  .catch(undefined);

/** What is read of a line of the log; more may stand on it. */
const logLine = z.object({
  level: z.enum(['error', 'fatal']),
  time: z.coerce.date(),
  role: z.string(),
  msg: z.string().default(''),
  context: word,
  requestId: word,
  traceId: word,
  userId: word,
  runId: word,
  jobId: word,
  queue: word,
  route: word,
  /** On the line that is written for each request. */
  res: z.unknown().optional(),
  err: z
    .object({
      type: z.string().catch('Error'),
      message: z.string().catch(''),
      stack: z.string().optional().catch(undefined),
      code: word,
    })
    .optional(),
});

/** One error as it happened. */
export interface LoggedError {
  readonly fingerprint: string;
  readonly level: 'error' | 'fatal';
  readonly at: Date;
  readonly role: string;
  /** Class of the error; of a line without one, the part that wrote it. */
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Where it happened: part that logged it, route template or queue; words that there are few of. */
  readonly context: Readonly<Record<string, string>>;
  readonly requestId: string | undefined;
  readonly traceId: string | undefined;
  readonly userId: string | undefined;
  readonly runId: string | undefined;
}

type Kind = Pick<LoggedError, 'role' | 'type' | 'message'> & {
  code?: string | undefined;
  stack?: string | undefined;
};

/** A stack begins with the message, in which lines may look like frames. */
function withoutMessage(stack: string, message: string): string {
  const at = message === '' ? -1 : stack.indexOf(message);
  return at === -1 ? stack : stack.slice(at + message.length);
}

/**
 * The same for two errors that need the same to be done, whatever values are in them. 16 bytes of SHA-256, in hexadecimal
 * digits. Message and stack are whole: where they are cut depends on the values.
 */
export function fingerprintOf({ role, type, code = '', message, stack = '' }: Kind): string {
  const frames = framesOf(withoutMessage(stack, message), ROOT);
  const parts = [role, type, code, normalizedMessage(message), ...frames];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

const defined = (words: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(words).flatMap(([name, value]) => (value ? [[name, value]] : [])));

/**
 * @param line of the log, of level error or fatal, after what is secret was hidden
 * @returns undefined for the line of a request: what was thrown has a line of its own, and a refusal is no error
 * @throws where the line is no such line
 */
export function loggedError(line: string): LoggedError | undefined {
  const { level, time, role, msg, context, err, res, ...ids } = logLine.parse(JSON.parse(line));
  if (res !== undefined) return undefined;
  const type = (err?.type ?? context ?? 'Log').slice(0, LONGEST_WORD);
  const message = err?.message || msg;
  return {
    fingerprint: fingerprintOf({ role, type, code: err?.code, message, stack: err?.stack }),
    level,
    at: time,
    role,
    type,
    message: message.slice(0, LONGEST_MESSAGE),
    stack: err?.stack?.slice(0, LONGEST_STACK),
    context: defined({
      logger: context,
      said: err === undefined ? undefined : msg.slice(0, LONGEST_WORD),
      code: err?.code,
      route: ids.route,
      queue: ids.queue,
    }),
    requestId: ids.requestId,
    traceId: ids.traceId,
    userId: ids.userId,
    runId: ids.runId ?? ids.jobId,
  };
}
