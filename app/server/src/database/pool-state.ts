import type { DataSource } from 'typeorm';
import { z } from 'zod';

/** What node-postgres tells about a pool; TypeORM keeps the pool in an untyped field. */
const poolCounts = z.object({ totalCount: z.number(), idleCount: z.number(), waitingCount: z.number() });

/** Connections of this process. */
export interface PoolState {
  readonly total: number;
  readonly idle: number;
  /** Questions that wait for one. */
  readonly waiting: number;
}

/** Zeros before the database has answered for the first time, and where the pool is of another kind. */
export function poolStateOf({
  isInitialized,
  driver,
}: Pick<DataSource, 'isInitialized' | 'driver'>): PoolState {
  const counts = isInitialized && 'master' in driver ? poolCounts.safeParse(driver.master).data : undefined;
  return {
    total: counts?.totalCount ?? 0,
    idle: counts?.idleCount ?? 0,
    waiting: counts?.waitingCount ?? 0,
  };
}
