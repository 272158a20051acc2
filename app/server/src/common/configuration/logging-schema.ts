import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { LOG_LEVELS } from '../logging/levels.ts';

const MOST_MEGABYTES = 10_000;
const MOST_FILES = 1_000;
const MOST_DAYS = 3_650;

const file = z.strictObject({
  /** The role stands before its ending: server.log of server and worker are `server-server.log` and `server-worker.log`. */
  path: z
    .string()
    .min(1)
    .refine((path) => isAbsolute(path) && !path.endsWith('/'), 'must be the whole path of a file, from / on'),
  maxMegabytes: z.int().min(1).max(MOST_MEGABYTES).default(50),
  /** Beside the one that is written to. */
  keepFiles: z.int().min(0).max(MOST_FILES).default(5),
  keepDays: z.int().min(1).max(MOST_DAYS).default(14),
});

/** How much is logged, and whether it is also kept in files: for who has no collector that reads standard output. */
export const logging = z
  .strictObject({
    level: z.enum(LOG_LEVELS).optional(),
    file: file.optional(),
  })
  .prefault({});

/** Absent: nothing is recorded, and nothing of OpenTelemetry is loaded. */
export const tracing = z
  .strictObject({
    /** Of a collector: OTLP over HTTP. It may be inside of the cluster. */
    endpoint: z.string().refine(isPlainEndpoint, {
      message:
        'must be http:// or https:// with a host and a path such as /v1/traces, without a user, a query or a fragment',
    }),
    /** Of traces that begin here; what a trusted proxy decided holds for its own. */
    sampleRatio: z.number().min(0).max(1).default(0.1),
  })
  .optional();

function isPlainEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash, pathname } = new URL(text);
  const isPlain = [username, password, search, hash].every((part) => part === '');
  return ['http:', 'https:'].includes(protocol) && isPlain && pathname !== '/';
}

export type LogFileConfiguration = z.infer<typeof file>;
export type TracingConfiguration = NonNullable<z.infer<typeof tracing>>;
