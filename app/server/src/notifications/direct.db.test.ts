import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import { Metrics } from '../monitoring/metrics/metrics.ts';
import { ChannelError } from './channel.ts';
import { ChannelOutcomes } from './channel-outcomes.ts';
import { DirectRecorder } from './direct/direct-recorder.ts';
import { DirectSender } from './direct/direct-sender.ts';
import { Notifications, type NotificationMessage } from './notifications.service.ts';
import { MemoryChannel } from './testing/memory-channel.ts';
import { alertOf } from './testing/messages.ts';
import { status, WebhookReceiver } from './testing/webhook-receiver.ts';
import { monitoringOf, startWorker, type Wanted } from './testing/worker-application.ts';

const SOON = { timeout: 20_000, interval: 50 };

let database: TestDatabase;
let hook: WebhookReceiver;
const workers: INestApplicationContext[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function forget(): Promise<void> {
  await database.sql.query('DELETE FROM app.notification_deliveries');
  await database.sql.query('DELETE FROM app.notification_sendings');
}

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.close();
  await hook.stop();
  await forget();
});

async function start(wanted: Wanted = {}): Promise<INestApplicationContext> {
  hook = await new WebhookReceiver().start();
  return another(wanted);
}

async function another(wanted: Wanted = {}): Promise<INestApplicationContext> {
  const given = monitoringOf({ webhookPort: hook.port, ...wanted });
  const app = await startWorker(database.configuration('worker', given));
  workers.push(app);
  return app;
}

function databaseDown(
  subjectKey = 'database-down-1',
  transition: 'firing' | 'resolved' = 'firing',
): NotificationMessage {
  const content = alertOf({
    labels: { alertname: 'DatabaseDown', severity: 'critical' },
    fingerprint: subjectKey,
    status: transition,
  });
  return { subjectKey, transition, groupKey: 'database', content };
}

const enqueue = (notifications: Notifications, one: NotificationMessage) =>
  database.sql.transaction((sql) => notifications.enqueue(sql, one));
const states = async (): Promise<string[]> => {
  const rows = await database.sql.query<{ state: string }>(
    'SELECT state FROM app.notification_deliveries ORDER BY seq',
  );
  return rows.map(({ state }) => state);
};

describe('what is sent without the database', () => {
  it('is sent once in a process, and recorded as sent: nobody sends it again', async () => {
    const app = await start();
    const other = await another();
    const notifications = app.get(Notifications);
    await Promise.all([notifications.sendDirect(databaseDown()), notifications.sendDirect(databaseDown())]);
    await notifications.sendDirect(databaseDown());
    expect(hook.hooks).toHaveLength(1);
    await expect.poll(states, SOON).toEqual(['sent']);
    for (const one of [notifications, other.get(Notifications)])
      expect(await enqueue(one, databaseDown())).toEqual([]);
    expect(hook.hooks).toHaveLength(1);
  });

  it('is recorded as sent also where the engine enqueued it meanwhile, here or in another worker', async () => {
    const app = await start({ groupSeconds: 3 });
    const other = await another({ groupSeconds: 3 });
    const sending = app.get(Notifications).sendDirect(databaseDown());
    await enqueue(app.get(Notifications), databaseDown());
    await enqueue(other.get(Notifications), databaseDown());
    await sending;
    await expect.poll(states, SOON).toEqual(['sent']);
    await new Promise((resolve) => setTimeout(resolve, 4_500));
    expect(hook.hooks).toHaveLength(1);
  });

  it('has an id that all processes agree on', async () => {
    const app = await start();
    const other = await another();
    await Promise.all([app, other].map((one) => one.get(Notifications).sendDirect(databaseDown())));
    expect(hook.hooks).toHaveLength(2);
    expect(hook.hooks[1]?.key).toBe(hook.hooks[0]?.key);
    expect(hook.hooks[0]?.key).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    await expect.poll(states, SOON).toEqual(['sent']);
  });

  it('is told when one of the channels has taken it, though another one never does', async () => {
    const app = await start({ emailPort: 9 });
    const [notifications, other] = [app.get(Notifications), await another({ emailPort: 9 })];
    expect(notifications.isDirectTaken(databaseDown())).toBe(false);
    void notifications.sendDirect(databaseDown());
    await expect.poll(() => notifications.isDirectTaken(databaseDown()), SOON).toBe(true);
    expect(hook.hooks).toHaveLength(1);
    // It is for none, so nobody waits for it.
    expect(
      notifications.isDirectTaken({ ...databaseDown('two'), exceptChannels: ['email', 'webhook'] }),
    ).toBe(true);
    expect(other.get(Notifications).isDirectTaken(databaseDown())).toBe(false);
  });

  it('is tried again, and waits for the database where it cannot be sent or there are too many', async () => {
    const app = await start({ perTenMinutes: 2 });
    hook.answers.push(status(503), status(204), status(422));
    const notifications = app.get(Notifications);
    const sender = app.get(DirectSender);
    await notifications.sendDirect(databaseDown('one'));
    expect(hook.hooks).toHaveLength(2);
    await notifications.sendDirect(databaseDown('two'));
    await notifications.sendDirect(databaseDown('three'));
    // It has no slot: the database has more patience.
    expect(hook.hooks).toHaveLength(3);
    expect(notifications.channelStates()).toMatchObject([{ name: 'webhook', failuresInRow: 1 }]);
    await app.get(DirectRecorder).record();
    expect(sender.unrecorded()).toEqual([]);
    await expect.poll(states, SOON).toEqual(['sent', 'sent', 'sent']);
    expect(hook.hooks).toHaveLength(4);
  });

  it('tells the end of what could not be told in its place, and never the beginning after it', async () => {
    const app = await start();
    const notifications = app.get(Notifications);
    hook.answers.push(status(503), status(503), status(503));
    const firing = notifications.sendDirect(databaseDown());
    await expect.poll(() => hook.hooks.length, SOON).toBeGreaterThanOrEqual(2);
    hook.answers.length = 0;
    await notifications.sendDirect(databaseDown('database-down-1', 'resolved'));
    await firing;
    const told = hook.hooks.length;
    expect(hook.hooks.at(-1)?.title).toContain('resolved');
    await expect.poll(states, SOON).toHaveLength(2);
    expect((await states()).toSorted()).toEqual(['sent', 'superseded']);
    await app.get(DirectRecorder).record();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(hook.hooks).toHaveLength(told);
  });

  it('leaves the end to the database where that has the beginning', async () => {
    const app = await start();
    const notifications = app.get(Notifications);
    hook.answers.push(status(422), status(503));
    await notifications.sendDirect(databaseDown());
    await expect.poll(states, SOON).toEqual(['failed']);
    await notifications.sendDirect(databaseDown('database-down-1', 'resolved'));
    await expect.poll(states, SOON).toEqual(['superseded', 'sent']);
    // The end failed once as well, over the database.
    expect(hook.hooks.length).toBeGreaterThanOrEqual(3);
    expect(hook.hooks.at(-1)?.title).toContain('resolved');
  });

  it('is tried for as long as there is no database', async () => {
    const channel = new MemoryChannel();
    const away = () => new ChannelError('away', { mayWorkLater: true });
    channel.failures.push(...Array.from({ length: 200 }, away));
    hook = await new WebhookReceiver().start();
    const sender = new DirectSender(
      database.configuration('worker', monitoringOf({})),
      [{ name: 'email', channel }],
      new ChannelOutcomes(new Metrics()),
      [0.001, 0.002],
    );
    await sender.send(databaseDown());
    expect([channel.failures, channel.messages.length]).toEqual([[], 1]);
    // And the database was to have it long before.
    expect(sender.unrecorded()).toMatchObject([{ isLate: true, sent: { outcome: 'sent' } }]);
  });

  it('waits as long as the receiver asks, or until the database has it, which waits as well', async () => {
    const app = await start();
    const notifications = app.get(Notifications);
    hook.answers.push(status(429, { 'retry-after': '600' }));
    void notifications.sendDirect(databaseDown());
    await expect.poll(() => hook.hooks.length, SOON).toBe(1);
    void notifications.sendDirect(databaseDown('two'));
    await expect.poll(states, SOON).toEqual(['queued', 'queued']);
    const rows = await database.sql.query<{ seconds: number }>(
      'SELECT extract(epoch FROM due_at - now())::float8 AS seconds FROM app.notification_deliveries',
    );
    for (const { seconds } of rows) expect(seconds).toBeGreaterThan(580);
    expect(hook.hooks).toHaveLength(1);
  });

  it('needs no database: it is sent while that does not answer, and recorded when it does', async () => {
    const app = await start();
    await database.sql.transaction(async (locked) => {
      await locked.query(
        'LOCK TABLE app.notification_deliveries, app.notification_sendings IN ACCESS EXCLUSIVE MODE',
      );
      await app.get(Notifications).sendDirect(databaseDown());
      expect(hook.hooks).toHaveLength(1);
    });
    await expect.poll(states, SOON).toEqual(['sent']);
  });
});
