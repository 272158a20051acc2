import type { ClientBase } from 'pg';
import type { Database } from '../../database/sql.ts';
import { Metrics } from '../../monitoring/metrics/metrics.ts';
import { ANNOUNCE } from '../announced.ts';
import { STATES } from '../channel-states.ts';
import { ChannelError } from '../channel.ts';
import { ChannelOutcomes } from '../channel-outcomes.ts';
import { ENQUEUE, EXPIRE, FORGET, RECORD_SENT, RECORD_SUPERSEDED } from '../deliveries/deliveries.sql.ts';
import { DISPATCH_DEFAULTS, Dispatcher } from '../deliveries/dispatcher.ts';
import { makeMessages } from '../deliveries/make-messages.ts';
import { MemoryChannel } from './memory-channel.ts';
import { alertOf, NEVER } from './messages.ts';

const CONTENT = JSON.stringify(alertOf());

/** A season of mails and webhooks, of which some were given up, and a few wait. */
const ROWS: readonly string[] = [
  `INSERT INTO app.notification_sendings (channel, group_key, state, attempt, created_at, ended_at)
   SELECT CASE WHEN n % 2 = 0 THEN 'email' ELSE 'webhook' END, 'group-' || n,
          CASE WHEN n % 500 = 0 THEN 'dead' ELSE 'sent' END, 1, at, at
     FROM generate_series(1, 20000) AS n, LATERAL (SELECT now() - n * interval '6 minutes' AS at) AS times`,
  `INSERT INTO app.notification_deliveries
          (subject_key, transition, channel, group_key, content, state, sending_id, created_at, due_at)
   SELECT group_key || '-' || part, 'firing', channel, group_key, $1, state, id, created_at, created_at
     FROM app.notification_sendings, generate_series(1, 2) AS part`,
  `INSERT INTO app.notification_deliveries (subject_key, transition, channel, group_key, content)
   SELECT 'waiting-' || n, 'firing', CASE WHEN n % 2 = 0 THEN 'email' ELSE 'webhook' END, 'waiting-' || n, $1
     FROM generate_series(1, 20) AS n`,
];

/** @param owner a session that may write and analyse everything */
export async function fillDeliveries(owner: ClientBase): Promise<void> {
  for (const statement of ROWS) await owner.query(statement, statement.includes('$1') ? [CONTENT] : []);
  await owner.query('ANALYZE app.notification_sendings, app.notification_deliveries');
}

/** Every statement of a worker that sends. */
export async function useDeliveries(sql: Database): Promise<void> {
  const channel = new MemoryChannel('email');
  channel.failures.push(
    new ChannelError('later', { mayWorkLater: true, retryAfterSeconds: 0.001 }),
    new ChannelError('never', { mayWorkLater: false }),
  );
  await makeMessages(sql, 'email', 20);
  // News of a group takes the place of its message that waits.
  await sql.query(ENQUEUE, ['again', 'firing', 'email', 'waiting-2', CONTENT, 0]);
  await makeMessages(sql, 'email', 20, [{ subjectKey: 'group-500-1', transition: 'firing' }]);
  const dispatcher = new Dispatcher(sql, DISPATCH_DEFAULTS, new ChannelOutcomes(new Metrics()));
  await dispatcher.sendDue(channel, NEVER, () => Promise.resolve());
  await sql.query(ENQUEUE, ['new', 'firing', 'email', 'a', CONTENT, 30]);
  const id = '11111111-1111-8111-8111-111111111111';
  await sql.query(RECORD_SENT, ['direct', 'firing', 'email', 'a', CONTENT, id, '[]']);
  await sql.query(RECORD_SUPERSEDED, ['overtaken', 'firing', 'email', 'a', CONTENT, id]);
  await sql.query(ANNOUNCE, [['email', 'webhook']]);
  await sql.query(STATES, [['email', 'webhook'], 15]);
  await sql.query(EXPIRE, ['[]']);
  await sql.query(FORGET, [80, 1_000]);
}
