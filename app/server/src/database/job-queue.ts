import type { ClientBase } from 'pg';
import { PgBoss } from 'pg-boss';
import type { DatabaseSettings } from '../common/configuration/database-settings.ts';
import { JOBS_SCHEMA, poolOptions, type PoolPurpose } from './data-source.ts';

export const INGESTION_QUEUE = 'market-data-ingestion';

/** One for each way to tell somebody, so that a slow mail server holds up no webhook. */
export const NOTIFICATION_QUEUES = {
  email: 'notifications-email',
  webhook: 'notifications-webhook',
} as const;
export type NotificationChannelName = keyof typeof NOTIFICATION_QUEUES;

/** A worker that was killed is noticed after this time at most (pg-boss allows no less than 10 s), plus one pass. */
const HEARTBEAT_SECONDS = 10;
const SUPERVISE_SECONDS = 5;

/** pg-boss without DDL: the migrator made its schema. `supervise` is the worker's: expiry, retries, clean-up. */
export function createJobQueue(settings: DatabaseSettings, purpose: PoolPurpose, supervise: boolean): PgBoss {
  return new PgBoss({
    ...poolOptions(settings, purpose),
    schema: JOBS_SCHEMA,
    migrate: false,
    createSchema: false,
    supervise,
    schedule: false,
    // REINDEX needs the owner of the indexes, which the application's role is not.
    reindex: false,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    instanceName: purpose.applicationName,
  });
}

type QueueOptions = NonNullable<Parameters<PgBoss['createQueue']>[1]>;

/** The policy of a queue is given once; the rest may change. */
async function ensureQueue(boss: PgBoss, name: string, { policy, ...options }: QueueOptions): Promise<void> {
  if ((await boss.getQueue(name)) !== null) await boss.updateQueue(name, options);
  else await boss.createQueue(name, policy === undefined ? options : { policy, ...options });
}

/** Installs or upgrades pg-boss and its queues in the migrator's own session, which works as the owner of the schema. */
export async function migrateJobQueue(session: ClientBase): Promise<void> {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => session.query(text, values) },
    schema: JOBS_SCHEMA,
    supervise: false,
    schedule: false,
    registerInstance: false,
  });
  const failures: Error[] = [];
  boss.on('error', (error) => failures.push(error));
  await boss.start();
  try {
    const options = {
      heartbeatSeconds: HEARTBEAT_SECONDS,
      expireInSeconds: 3600,
      retryLimit: 10,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: 60,
    };
    await ensureQueue(boss, INGESTION_QUEUE, { policy: 'exclusive', ...options });
    // Their jobs only say that there is something to do; what there is stands in tables of ours, also for retries.
    for (const queue of Object.values(NOTIFICATION_QUEUES))
      await ensureQueue(boss, queue, { policy: 'standard', ...options, deleteAfterSeconds: 3600 });
  } finally {
    await boss.stop({ graceful: false });
  }
  if (failures[0] !== undefined) throw failures[0];
}
