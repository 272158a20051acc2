import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../database/sql.ts';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import { Metrics } from '../monitoring/metrics/metrics.ts';
import { ChannelError } from './channel.ts';
import { ChannelOutcomes } from './channel-outcomes.ts';
import { Dispatcher } from './deliveries/dispatcher.ts';
import { makeMessages } from './deliveries/make-messages.ts';
import { MemoryChannel } from './testing/memory-channel.ts';
import { alertOf } from './testing/messages.ts';

const NEVER = new AbortController().signal;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function forget(): Promise<void> {
  await database.sql.query('DELETE FROM app.notification_deliveries');
  await database.sql.query('DELETE FROM app.notification_sendings');
}

afterEach(forget);

function dispatcher(sql: Database, claimSeconds = 60): Dispatcher {
  return new Dispatcher(sql, { deadlineMs: 200, claimSeconds }, new ChannelOutcomes(new Metrics()));
}

async function waiting(...keys: readonly string[]): Promise<void> {
  for (const key of keys)
    await database.sql.query(
      `INSERT INTO app.notification_deliveries (subject_key, transition, channel, group_key, content)
       VALUES ($1, 'firing', 'memory', $1, $2)`,
      [key, JSON.stringify(alertOf({ fingerprint: key }))],
    );
  const made = await makeMessages(database.sql, 'memory', 1_000);
  const { length } = keys;
  expect(made).toEqual({ isHeld: false, due: length, made: length, slots: 1_000, kept: 250 });
}

const states = async (): Promise<string[]> => {
  const rows = await database.sql.query<{ state: string }>(
    'SELECT state FROM app.notification_deliveries ORDER BY seq',
  );
  return rows.map(({ state }) => state);
};
const noRetry = () => Promise.resolve();
const expireClaims = () => database.sql.query('UPDATE app.notification_sendings SET due_at = now()');

/** A database that is gone for what marks a message as sent, so many times. */
function awayWhenMarking(times: number): { sql: Database; tried: () => number } {
  let tried = 0;
  const sql: Database = {
    transaction: (work) => database.sql.transaction(work),
    query: (text, parameters) => {
      if (!text.includes(`SET state = 'sent'`)) return database.sql.query(text, parameters);
      tried += 1;
      return tried > times
        ? database.sql.query(text, parameters)
        : Promise.reject(new Error('Connection terminated unexpectedly'));
    },
  };
  return { sql, tried: () => tried };
}

describe('a message that was taken', () => {
  it('is marked as soon as the database is back, and not sent again meanwhile', async () => {
    const channel = new MemoryChannel();
    const { sql, tried } = awayWhenMarking(2);
    await waiting('a');
    const debug = vi.spyOn(Logger.prototype, 'debug');
    await dispatcher(sql).sendDue(channel, NEVER, noRetry);
    expect([channel.messages.length, tried(), await states()]).toEqual([1, 3, ['sent']]);
    const fields = { channel: 'memory', message: channel.messages[0]?.id, attempt: 1 };
    const said = [expect.objectContaining(fields), 'a message over memory was sent'];
    expect(debug.mock.calls).toEqual([said]);
    debug.mockRestore();
  });

  it('is not sent a second time by the worker that sent it, though its claim has run out', async () => {
    const channel = new MemoryChannel();
    const { sql } = awayWhenMarking(2);
    const [stopping, one] = [new AbortController(), dispatcher(sql)];
    await waiting('a');
    const sending = one.sendDue(channel, stopping.signal, noRetry);
    await expect.poll(() => channel.messages.length).toBe(1);
    stopping.abort();
    await sending;
    expect(await states()).toEqual(['queued']);
    await expireClaims();
    await one.sendDue(channel, NEVER, noRetry);
    expect([channel.messages.length, await states()]).toEqual([1, ['sent']]);
  });

  it('is the same message when another worker has to send it, as the first died', async () => {
    const channel = new MemoryChannel();
    const gone = awayWhenMarking(Infinity);
    const dying = new AbortController();
    await waiting('a');
    const sending = dispatcher(gone.sql).sendDue(channel, dying.signal, noRetry);
    await expect.poll(gone.tried).toBeGreaterThan(0);
    dying.abort();
    await sending;
    const other = dispatcher(database.sql);
    await other.sendDue(channel, NEVER, noRetry);
    expect(channel.messages).toHaveLength(1);
    await expireClaims();
    await other.sendDue(channel, NEVER, noRetry);
    const [first, second] = channel.messages;
    expect(second).toEqual(first);
    expect(await states()).toEqual(['sent']);
  });
});

describe('workers on one channel', () => {
  it('share what is due, whatever they are interrupted by', async () => {
    const channel = new MemoryChannel();
    const keys = Array.from({ length: 60 }, (_, index) => `alert-${index}`);
    await waiting(...keys);
    await Promise.all(
      Array.from({ length: 3 }, () => dispatcher(database.sql).sendDue(channel, NEVER, noRetry)),
    );
    expect(new Set(channel.messages.map(({ id }) => id)).size).toBe(60);
    expect(channel.messages).toHaveLength(60);
    expect(new Set(await states())).toEqual(new Set(['sent']));
  });

  it('make each group once, also when all of them do so at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      await forget();
      await database.sql.query(
        `INSERT INTO app.notification_deliveries (subject_key, transition, channel, group_key, content)
         SELECT 'alert-' || n, 'firing', 'memory', 'group-' || n % 10, $1 FROM generate_series(1, 100) AS n`,
        [JSON.stringify(alertOf())],
      );
      await Promise.all(Array.from({ length: 4 }, () => makeMessages(database.sql, 'memory', 1_000)));
      const made = await database.sql.query('SELECT id FROM app.notification_sendings');
      expect(made).toHaveLength(10);
    }
  });

  it('keep to the bound of the channel together', async () => {
    await database.sql.query(
      `INSERT INTO app.notification_deliveries (subject_key, transition, channel, group_key, content)
       SELECT 'alert-' || n, 'firing', 'memory', 'group-' || n, $1 FROM generate_series(1, 50) AS n`,
      [JSON.stringify(alertOf())],
    );
    await Promise.all(Array.from({ length: 4 }, () => makeMessages(database.sql, 'memory', 7)));
    // One of the seven is kept for what is critical.
    expect(await database.sql.query('SELECT id FROM app.notification_sendings')).toHaveLength(6);
  });
});

it('what a channel cannot send is tried again later, and a mistake of ours is no end of it', async () => {
  const channel = new MemoryChannel();
  channel.failures.push(new TypeError('a mistake'), new ChannelError('later', { mayWorkLater: true }));
  await waiting('a', 'b', 'c');
  const again: number[] = [];
  await dispatcher(database.sql).sendDue(channel, NEVER, (seconds) =>
    Promise.resolve(void again.push(seconds)),
  );
  expect(await states()).toEqual(['failed', 'failed', 'sent']);
  expect(again).toHaveLength(2);
});

it('a channel that does not answer ends at its deadline', async () => {
  const channel = new MemoryChannel();
  channel.send = (_message, signal) => {
    const { promise, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => reject(signal.reason));
    return promise;
  };
  await waiting('a');
  await dispatcher(database.sql).sendDue(channel, NEVER, noRetry);
  const [{ attempts } = { attempts: [] }] = await database.sql.query<{ attempts: object[] }>(
    'SELECT attempts FROM app.notification_sendings',
  );
  expect(attempts).toMatchObject([{ outcome: 'failed', error: 'no end before the deadline' }]);
});
