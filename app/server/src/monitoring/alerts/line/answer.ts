import { z } from 'zod';
import { STATUSES } from '../../health/component.ts';
import { DUTIES } from '../duty.ts';

/** Where a worker says how it stands with alerts on the database, on its management port. */
export const DUTY_PATH = '/monitoring/alerts/duty';

/** What people were told of an alert, and at least one channel has taken. */
const told = z.object({
  transition: z.int().min(1),
  /** Milliseconds since 1970. */
  toldFiringAt: z.number(),
  escalatedAt: z.number().optional(),
});

/** How a worker stands with alerts on the database. */
export const workerAnswer = z.object({
  /** What it holds leases by: whoever answers at an address may be another one by now. */
  process: z.uuid(),
  /** It looks at the database, and speaks where it is its turn. */
  judges: z.boolean(),
  /** Whose turn it holds it to be: who looks on is there, and tells nobody. */
  duty: z.enum(DUTIES),
  /** The database, as it sees it. */
  database: z.enum(STATUSES),
  /** Whether it judges rules, or would if it led. Absent: a worker of a version before this was said. */
  engine: z.enum(STATUSES).optional(),
  /** Alerts that it tells of; `told` is null where no channel has taken it yet. */
  alerts: z.array(z.object({ rule: z.string(), id: z.uuid(), told: told.nullable() })).max(100),
});

export type WorkerAnswer = z.infer<typeof workerAnswer>;
export type ToldAlert = WorkerAnswer['alerts'][number];
export type ToldWhere = z.infer<typeof told>;
