import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import { Metrics } from '../monitoring/metrics/metrics.ts';
import { ChannelError } from './channel.ts';
import { ChannelOutcomes } from './channel-outcomes.ts';
import type { AlertContent } from './content.ts';
import { ENQUEUE } from './deliveries/deliveries.sql.ts';
import { DISPATCH_DEFAULTS, Dispatcher } from './deliveries/dispatcher.ts';
import { makeMessages } from './deliveries/make-messages.ts';
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

const away = () => new ChannelError('away', { mayWorkLater: true });

/** What is told of an alert of the group; `others`: whether any of the group is the case afterwards. */
async function tell(
  fingerprint: string,
  number: number,
  status: AlertContent['status'],
  groupStatus: AlertContent['status'] = status,
  seconds = 0,
): Promise<void> {
  const endsAt = status === 'resolved' ? { endsAt: '2026-11-26T08:05:00Z' } : {};
  const content = alertOf({ fingerprint, status, groupStatus, ...endsAt });
  const told = [`alert ${fingerprint}`, `${number} ${status}`, 'memory', 'ComponentDegraded'];
  await database.sql.query(ENQUEUE, [...told, JSON.stringify(content), seconds]);
}

const dispatcher = (): Dispatcher =>
  new Dispatcher(database.sql, DISPATCH_DEFAULTS, new ChannelOutcomes(new Metrics()));

/** What a worker does when a job wakes it. */
async function pass(channel: MemoryChannel, perTenMinutes = 100): Promise<boolean> {
  const { isHeld } = await makeMessages(database.sql, 'memory', perTenMinutes);
  await dispatcher().sendDue(channel, NEVER, () => Promise.resolve());
  return isHeld;
}

/** As if the time of each next attempt had come. */
async function hurry(channel: MemoryChannel): Promise<void> {
  await database.sql.query(`UPDATE app.notification_sendings SET due_at = now() WHERE state = 'failed'`);
  await pass(channel);
}

const told = (channel: MemoryChannel): unknown[] =>
  channel.messages.map(({ status, items }) => [
    status,
    ...items.map((one) => (one.kind === 'alert' ? `${one.fingerprint} ${one.status}` : one.title)),
  ]);
const states = async (): Promise<string[]> => {
  const rows = await database.sql.query<{ state: string }>(
    'SELECT state FROM app.notification_deliveries ORDER BY seq',
  );
  return rows.map(({ state }) => state);
};

it('the end of an alert takes the place of a beginning that could not be told, which never comes after it', async () => {
  const channel = new MemoryChannel();
  channel.failures.push(away());
  await tell('a', 1, 'firing');
  await pass(channel);
  expect(await states()).toEqual(['failed']);
  await tell('a', 2, 'resolved');
  await pass(channel);
  await hurry(channel);
  expect(told(channel)).toEqual([['resolved', 'a resolved']]);
  expect(channel.messages[0]?.items).toMatchObject([
    { startsAt: '2026-11-26T08:00:00Z', endsAt: '2026-11-26T08:05:00Z' },
  ]);
  expect(await states()).toEqual(['superseded', 'sent']);
  // Why it came late is told with it.
  expect(
    await database.sql.query('SELECT state, attempts FROM app.notification_sendings ORDER BY created_at'),
  ).toMatchObject([
    { state: 'superseded', attempts: [{ outcome: 'failed' }] },
    { state: 'sent', attempts: [{ outcome: 'failed' }, { outcome: 'sent' }] },
  ]);
});

it('waits while the beginning is being handed over, whichever worker does it', async () => {
  const [slow, other] = [new MemoryChannel(), new MemoryChannel()];
  const { promise, resolve } = Promise.withResolvers<void>();
  slow.send = async (message) => {
    await promise;
    other.messages.push(message);
    return { code: undefined, remark: undefined };
  };
  await tell('a', 1, 'firing');
  const sending = pass(slow);
  await expect
    .poll(() => database.sql.query('SELECT state FROM app.notification_sendings'))
    .toEqual([{ state: 'sending' }]);
  await tell('a', 2, 'resolved');
  expect(await pass(other)).toBe(true);
  expect(told(other)).toEqual([]);
  resolve();
  await sending;
  expect(await pass(other)).toBe(false);
  expect(told(other)).toEqual([
    ['firing', 'a firing'],
    ['resolved', 'a resolved'],
  ]);
});

it('what is tried again keeps its message, whatever report has waited for long', async () => {
  const channel = new MemoryChannel();
  const enqueue = (subject: string, group: string, content: object): Promise<unknown> =>
    database.sql.query(ENQUEUE, [subject, 'firing', 'memory', group, JSON.stringify(content), 0]);
  for (const group of ['a', 'b', 'c']) {
    if (group === 'c') channel.failures.push(away());
    await enqueue(group, group, alertOf({ fingerprint: group }));
    await pass(channel, 4);
  }
  await enqueue('c again', 'c', alertOf({ fingerprint: 'c again' }));
  await enqueue('report', 'report', { kind: 'document', title: 'Report', text: 'All good' });
  await database.sql.query(
    `UPDATE app.notification_deliveries SET due_at = now() - interval '11 minutes' WHERE sending_id IS NULL`,
  );
  await pass(channel, 4);
  expect(await states()).toEqual(['sent', 'sent', 'failed', 'queued', 'queued']);
});

it('what still is the case goes on in the message that takes the place of one that failed', async () => {
  const channel = new MemoryChannel();
  channel.failures.push(away());
  await tell('a', 1, 'firing');
  await tell('b', 1, 'firing');
  await pass(channel);
  await tell('a', 2, 'resolved', 'firing');
  await pass(channel);
  await hurry(channel);
  expect(told(channel)).toEqual([['firing', 'b firing', 'a resolved']]);
  expect(await states()).toEqual(['superseded', 'sent', 'sent']);
});

it('goes on being tried as it is while nothing new is due, and where no message more may be made', async () => {
  const channel = new MemoryChannel();
  channel.failures.push(away(), away());
  await tell('a', 1, 'firing');
  await pass(channel);
  await tell('a', 2, 'resolved', 'resolved', 60);
  await hurry(channel);
  expect(await states()).toEqual(['failed', 'queued']);
  await database.sql.query('UPDATE app.notification_deliveries SET due_at = now()');
  await database.sql.query(`UPDATE app.notification_sendings SET created_at = now() - interval '1 hour'`);
  await database.sql.query(
    `INSERT INTO app.notification_sendings (channel, group_key, state, ended_at) VALUES ('memory', 'x', 'sent', now())`,
  );
  await database.sql.query(`UPDATE app.notification_sendings SET due_at = now() WHERE state = 'failed'`);
  await pass(channel, 1);
  expect(told(channel)).toEqual([['firing', 'a firing']]);
  await pass(channel, 3);
  expect(told(channel)).toEqual([
    ['firing', 'a firing'],
    ['resolved', 'a resolved'],
  ]);
});

it('the end of one alert is not the end of its group, and the last end is, whatever else its message says', async () => {
  const channel = new MemoryChannel();
  await tell('a', 1, 'firing');
  await tell('b', 1, 'firing');
  await pass(channel);
  await tell('a', 2, 'resolved', 'firing');
  await pass(channel);
  // Began and ended while nobody could be told.
  await tell('c', 1, 'firing');
  await tell('c', 2, 'resolved', 'firing');
  await tell('b', 2, 'resolved', 'resolved');
  await pass(channel);
  expect(told(channel)).toEqual([
    ['firing', 'a firing', 'b firing'],
    ['firing', 'a resolved'],
    ['resolved', 'c resolved', 'b resolved'],
  ]);
});

it('summaries are groups of their own: the end of what one tells is not the end of another', async () => {
  const channel = new MemoryChannel();
  await tell('a', 1, 'firing');
  await database.sql.query(ENQUEUE, ['x', '1 firing', 'memory', 'Other', JSON.stringify(alertOf()), 0]);
  await pass(channel, 1);
  await database.sql.query(`UPDATE app.notification_sendings SET created_at = now() - interval '1 hour'`);
  await tell('a', 2, 'resolved');
  const ended = JSON.stringify(alertOf({ status: 'resolved' }));
  await database.sql.query(ENQUEUE, ['x', '2 resolved', 'memory', 'Other', ended, 0]);
  await pass(channel, 1);
  expect(channel.messages.map(({ isSummary, status }) => [isSummary, status])).toEqual([
    [true, 'firing'],
    [true, 'resolved'],
  ]);
  expect(new Set(channel.messages.map(({ groupKey }) => groupKey)).size).toBe(2);
});
