import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import { Metrics } from '../monitoring/metrics/metrics.ts';
import { ChannelError } from './channel.ts';
import { ChannelOutcomes } from './channel-outcomes.ts';
import { ENQUEUE } from './deliveries/deliveries.sql.ts';
import { DISPATCH_DEFAULTS, Dispatcher } from './deliveries/dispatcher.ts';
import { makeMessages } from './deliveries/make-messages.ts';
import type { StandingMessage } from './deliveries/standing-messages.ts';
import { MemoryChannel } from './testing/memory-channel.ts';
import { alertOf, NEVER } from './testing/messages.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
afterEach(async () => {
  await database.sql.query('DELETE FROM app.notification_deliveries');
  await database.sql.query('DELETE FROM app.notification_sendings');
});

const FIRING: StandingMessage = { subjectKey: 'alert a', transition: '1 firing' };

async function enqueue(fingerprint: string, groupKey = fingerprint): Promise<void> {
  const told = [`alert ${fingerprint}`, '1 firing', 'memory', groupKey];
  await database.sql.query(ENQUEUE, [...told, JSON.stringify(alertOf({ fingerprint })), 0]);
}

async function pass(channel: MemoryChannel, standing: readonly StandingMessage[] = []): Promise<void> {
  await makeMessages(database.sql, 'memory', 100, standing);
  const dispatcher = new Dispatcher(database.sql, DISPATCH_DEFAULTS, new ChannelOutcomes(new Metrics()));
  await dispatcher.sendDue(channel, NEVER, () => Promise.resolve());
}

/** As if so much time had passed since everything that happened. */
async function later(minutes: number): Promise<void> {
  await database.sql.query(
    `UPDATE app.notification_sendings SET created_at = created_at - make_interval(mins => $1),
            ended_at = ended_at - make_interval(mins => $1), due_at = due_at - make_interval(mins => $1)`,
    [minutes],
  );
}

/** A channel over which everything failed until it was given up. */
async function outage(): Promise<MemoryChannel> {
  const channel = new MemoryChannel();
  await enqueue('a');
  for (let time = 0; time < 10; time += 1) {
    channel.failures.push(new ChannelError('away', { mayWorkLater: true }));
    await pass(channel);
    await later(40);
  }
  // The tenth was a moment ago.
  await database.sql.query('UPDATE app.notification_sendings SET ended_at = now()');
  expect(await states()).toEqual(['dead']);
  return channel;
}

const states = async (): Promise<string[]> => {
  const rows = await database.sql.query<{ state: string }>(
    'SELECT state FROM app.notification_deliveries ORDER BY seq',
  );
  return rows.map(({ state }) => state);
};

const told = (channel: MemoryChannel): unknown[] =>
  channel.messages.map(({ items }) => items.map((one) => one.kind === 'alert' && one.fingerprint));

it('what was given up and still is the case is told when the channel has taken something else, and once', async () => {
  const channel = await outage();
  await pass(channel, [FIRING]);
  expect(told(channel)).toEqual([]);
  await enqueue('b');
  await pass(channel, [FIRING]);
  await pass(channel, [FIRING]);
  await pass(channel, [FIRING]);
  expect(told(channel)).toEqual([['b'], ['a']]);
  expect(await states()).toEqual(['sent', 'sent']);
});

it('where nothing else is to be told, it is tried again after half an hour, with what was tried before', async () => {
  const channel = await outage();
  await later(29);
  await pass(channel, [FIRING]);
  expect(told(channel)).toEqual([]);
  await later(2);
  await pass(channel, [FIRING]);
  expect(told(channel)).toEqual([['a']]);
  const [row] = await database.sql.query<{ outcomes: string[] }>(
    `SELECT array(SELECT jsonb_array_elements(attempts)->>'outcome') AS outcomes
       FROM app.notification_sendings WHERE state = 'sent'`,
  );
  expect(row?.outcomes).toEqual([...Array.from({ length: 9 }, () => 'failed'), 'dead', 'sent']);
  const dead = await database.sql.query(`SELECT id FROM app.notification_sendings WHERE state = 'dead'`);
  expect(dead).toEqual([]);
});

it('what is the case no more is not told; of a message with more, the rest stays given up', async () => {
  const channel = new MemoryChannel();
  await enqueue('a', 'rule');
  await enqueue('b', 'rule');
  await pass(channel);
  await database.sql.query(
    `UPDATE app.notification_sendings SET state = 'dead', ended_at = now() - interval '1 hour',
            created_at = now() - interval '3 hours'`,
  );
  await database.sql.query(`UPDATE app.notification_deliveries SET state = 'dead'`);
  channel.messages.length = 0;
  await pass(channel, [{ ...FIRING, transition: '2 resolved' }]);
  expect(told(channel)).toEqual([]);
  await pass(channel, [FIRING]);
  expect(told(channel)).toEqual([['a']]);
  expect(await states()).toEqual(['sent', 'dead']);
});

it('what the other side refused for what it holds is not told again', async () => {
  const channel = new MemoryChannel();
  channel.failures.push(new ChannelError('no such field', { mayWorkLater: false }));
  await enqueue('a');
  await pass(channel);
  expect(await states()).toEqual(['dead']);
  await later(60);
  await enqueue('b');
  await pass(channel, [FIRING]);
  await pass(channel, [FIRING]);
  expect(told(channel)).toEqual([['b']]);
});

it('what nobody was there to send for a day is told at once by who is back', async () => {
  const channel = new MemoryChannel();
  await enqueue('a');
  await database.sql.query(
    `WITH made AS (INSERT INTO app.notification_sendings (channel, group_key, state, ended_at)
                   VALUES ('memory', 'expired', 'dead', now()) RETURNING id)
     UPDATE app.notification_deliveries SET state = 'dead', sending_id = made.id FROM made`,
  );
  await pass(channel, [FIRING]);
  expect(told(channel)).toEqual([['a']]);
});
