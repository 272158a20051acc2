import type { INestApplicationContext } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import { HealthChecks } from '../monitoring/health/health-checks.ts';
import { Metrics } from '../monitoring/metrics/metrics.ts';
import type { ChannelOutcome } from './channel-outcomes.ts';
import { CHANNELS, type OpenChannel } from './channels.ts';
import type { Content } from './content.ts';
import { DeliveryWorker } from './deliveries/delivery-worker.ts';
import { Notifications, type NotificationMessage } from './notifications.service.ts';
import { outwardFingerprint, platformOf } from './platform.ts';
import { MailServer } from './testing/mail-server.ts';
import { alertOf } from './testing/messages.ts';
import { status, WebhookReceiver } from './testing/webhook-receiver.ts';
import { monitoringOf, startWorker, type Wanted } from './testing/worker-application.ts';

const SOON = { timeout: 20_000, interval: 50 };

let database: TestDatabase;
let mail: MailServer;
let hook: WebhookReceiver;
const workers: INestApplicationContext[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  mail = await new MailServer({ disabledCommands: ['STARTTLS', 'AUTH'] }).start();
  hook = await new WebhookReceiver().start();
});
afterEach(async () => {
  for (const app of workers.splice(0)) await app.close();
  await Promise.all([mail.stop(), hook.stop()]);
  await database.drop();
});

async function worker(wanted: Wanted = {}): Promise<Notifications> {
  const both = { emailPort: mail.port, webhookPort: hook.port };
  const app = await startWorker(database.configuration('worker', monitoringOf({ ...both, ...wanted })));
  workers.push(app);
  return app.get(Notifications);
}

let messages = 0;
function message(changes: Partial<NotificationMessage> = {}): NotificationMessage {
  messages += 1;
  const subjectKey = `alert-${messages}`;
  const content = alertOf({ fingerprint: subjectKey });
  return { subjectKey, transition: 'firing', groupKey: subjectKey, content, ...changes };
}

/** As the receiver knows an alert. */
const outward = (fingerprint: string): string =>
  outwardFingerprint(platformOf(database.configuration('worker')), fingerprint);

const enqueue = (notifications: Notifications, one: NotificationMessage) =>
  database.sql.transaction((sql) => notifications.enqueue(sql, one));

interface StoredDelivery {
  readonly channel: string;
  readonly state: string;
  readonly attempts: { outcome: string; code?: string; error?: string }[];
  readonly inSeconds: number | null;
}

const deliveries = () =>
  database.sql.query<StoredDelivery>(
    `SELECT d.channel, d.state, coalesce(s.attempts, '[]') AS attempts,
            extract(epoch FROM s.due_at - now())::float8 AS "inSeconds"
       FROM app.notification_deliveries d LEFT JOIN app.notification_sendings s ON s.id = d.sending_id ORDER BY d.seq`,
  );
const states = async (): Promise<string[]> => (await deliveries()).map(({ state }) => state);
async function allAre(state: string, count: number): Promise<void> {
  await expect.poll(states, SOON).toEqual(Array.from({ length: count }, () => state));
}

const attemptsMade = async (): Promise<number> => {
  const [row] = await database.sql.query<{ made: number }>(
    'SELECT coalesce(sum(jsonb_array_length(attempts)), 0)::int AS made FROM app.notification_sendings',
  );
  return row?.made ?? 0;
};

/** As if so much time had passed: what is due later is due now, and looked after. */
async function hurry(): Promise<void> {
  const before = await attemptsMade();
  // A look of the worker's own may be under way, beside which a hurried one finds nothing to do.
  for (let time = 0; time < 20 && (await attemptsMade()) === before; time += 1) {
    await database.sql.query(
      `UPDATE app.notification_sendings SET due_at = now() WHERE state IN ('queued', 'failed')`,
    );
    await database.sql.query('UPDATE app.notification_channels SET not_before = NULL');
    await pass();
  }
}

/** What each worker does every now and then. */
async function pass(): Promise<void> {
  for (const app of workers)
    for (const open of app.get<readonly OpenChannel[]>(CHANNELS)) await app.get(DeliveryWorker).pass(open);
}

describe('a message', () => {
  it('goes over every channel once, with the transaction that it belongs to, however often it is asked for', async () => {
    const notifications = await worker();
    const undone = database.sql.transaction(async (sql) => {
      await notifications.enqueue(sql, message());
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    const told = message();
    expect(await enqueue(notifications, told)).toHaveLength(2);
    expect(await enqueue(notifications, told)).toEqual([]);
    await allAre('sent', 2);
    expect(await enqueue(notifications, told)).toEqual([]);
    expect(mail.mails).toHaveLength(1);
    expect(hook.hooks).toMatchObject([{ fingerprints: [outward(told.subjectKey)] }]);
    expect(await deliveries()).toMatchObject([
      { channel: 'email', attempts: [{ outcome: 'sent', code: '250' }] },
      { channel: 'webhook', attempts: [{ outcome: 'sent', code: '204' }] },
    ]);
  });

  it('goes not over the channel that it tells of', async () => {
    const notifications = await worker();
    await enqueue(notifications, message({ exceptChannels: ['email'] }));
    await allAre('sent', 1);
    expect([mail.mails.length, hook.hooks.length]).toEqual([0, 1]);
  });

  it('goes over a channel for urgent alerts if it is one, or none at all', async () => {
    const notifications = await worker({ minSeverity: 'critical' });
    const of = (severity: string): NotificationMessage =>
      message({ content: alertOf({ labels: { severity }, fingerprint: severity }) });
    const report = { kind: 'document', title: 'weekly', text: 'all is well' } as const;
    const channelsOf = async (one: NotificationMessage): Promise<number> =>
      (await enqueue(notifications, one)).length;
    expect(await channelsOf(of('info'))).toBe(1);
    expect(await channelsOf(of('warning'))).toBe(1);
    expect(await channelsOf(of('critical'))).toBe(2);
    expect(await channelsOf(of('nobody knows'))).toBe(2);
    expect(await channelsOf(message({ content: report }))).toBe(2);
    expect(await channelsOf({ ...of('warning'), exceptChannels: ['email'] })).toBe(0);
    const reaches = await notifications.reach(database.sql);
    expect(reaches({ severity: 'warning' })).toBe(true);
    expect(reaches({ severity: 'warning', exceptChannels: ['email'] })).toBe(false);
    expect(reaches({ severity: 'critical', exceptChannels: ['email'] })).toBe(true);
    const warning = { ...of('warning'), exceptChannels: ['email'] };
    await notifications.sendDirect(warning);
    await expect.poll(() => hook.hooks.length, SOON).toBe(3);
    expect(hook.hooks.map(({ title }) => title).join()).not.toContain('warning');
  });

  it('is one with others of its group that come soon after it', async () => {
    const notifications = await worker({ groupSeconds: 2 });
    const [first, second, other] = [
      message({ groupKey: 'a' }),
      message({ groupKey: 'a', content: alertOf({ status: 'resolved', fingerprint: 'second' }) }),
      message({ groupKey: 'b' }),
    ];
    for (const one of [first, second, other]) await enqueue(notifications, one);
    await allAre('sent', 6);
    expect(mail.mails).toHaveLength(2);
    expect(hook.hooks.map(({ fingerprints }) => fingerprints)).toEqual([
      [outward(first.subjectKey), outward('second')],
      [outward(other.subjectKey)],
    ]);
  });

  it('keeps what nobody can store or may know out of the database', async () => {
    const notifications = await worker();
    const hostile = 'a\0b \uD800 password=hunter22hunter22';
    const content = alertOf({ annotations: { summary: hostile }, labels: { alertname: hostile } });
    await enqueue(notifications, message({ content }));
    await allAre('sent', 2);
    const [stored] = await database.sql.query<{ text: string }>(
      'SELECT content::text AS text FROM app.notification_deliveries LIMIT 1',
    );
    expect(stored?.text).not.toContain('hunter22');
    expect(hook.hooks[0]?.title).toMatch(/a.b . password=\[redacted\]$/);
  });
});

describe('workers', () => {
  it('two at once send nothing twice', async () => {
    const notifications = await worker();
    await worker();
    const many = Array.from({ length: 150 }, () => message({ exceptChannels: ['email'] }));
    await Promise.all(many.map((one) => enqueue(notifications, one)));
    await allAre('sent', 150);
    expect(new Set(hook.hooks.map(({ key }) => key)).size).toBe(150);
    expect(hook.hooks).toHaveLength(150);
    expect(hook.hooks.flatMap(({ fingerprints }) => fingerprints).toSorted()).toEqual(
      many.map(({ subjectKey }) => outward(subjectKey)).toSorted(),
    );
  });

  it('hold a storm to so many messages, the worst on their own and the rest in one', async () => {
    const notifications = await worker({ perTenMinutes: 4, groupSeconds: 2 });
    const many = Array.from({ length: 80 }, () => message({ onlyChannels: ['webhook'] }));
    const worst = message({
      onlyChannels: ['webhook'],
      content: alertOf({ labels: { alertname: 'DatabaseDown', severity: 'critical' }, fingerprint: 'worst' }),
    });
    await database.sql.transaction(async (sql) => {
      for (const one of [...many, worst]) await notifications.enqueue(sql, one);
    });
    await allAre('sent', 81);
    expect(hook.hooks).toHaveLength(3);
    expect(hook.hooks[0]?.fingerprints).toEqual([outward('worst')]);
    expect(hook.hooks[2]).toMatchObject({
      title: expect.stringContaining('[79 messages in one]'),
      truncatedAlerts: 29,
    });
    expect(hook.hooks[2]?.fingerprints).toHaveLength(50);
    // Nothing more for now; and when the ten minutes are over, what gathered is one message.
    for (let more = 0; more < 5; more += 1)
      await enqueue(notifications, message({ onlyChannels: ['webhook'] }));
    await database.sql.query('UPDATE app.notification_deliveries SET due_at = now()');
    await pass();
    expect(hook.hooks).toHaveLength(3);
    // What is critical does not wait behind them.
    const critical = alertOf({ labels: { severity: 'critical' }, fingerprint: 'critical' });
    await enqueue(notifications, message({ onlyChannels: ['webhook'], content: critical, atOnce: true }));
    await pass();
    const after = () => hook.hooks.map(({ fingerprints }) => fingerprints[0]).slice(3);
    await expect.poll(after, SOON).toEqual([outward('critical')]);
    await database.sql.query(
      `UPDATE app.notification_sendings SET created_at = now() - interval '11 minutes'
        WHERE id IN (SELECT id FROM app.notification_sendings ORDER BY created_at LIMIT 2)`,
    );
    await pass();
    await allAre('sent', 87);
    expect(hook.hooks).toHaveLength(5);
    expect(hook.hooks[4]).toMatchObject({ title: expect.stringContaining('[5 messages in one]') });
  });

  it('never leave a report out of what is sent: in a storm it waits for a message of its own', async () => {
    const notifications = await worker({ perTenMinutes: 2, groupSeconds: 2 });
    const title = 'Operations report';
    const report: Content = { kind: 'document', title, text: 'All good' };
    const storm = Array.from({ length: 10 }, () => message({ onlyChannels: ['webhook'] }));
    await database.sql.transaction(async (sql) => {
      for (const one of storm) await notifications.enqueue(sql, one);
    });
    await allAre('sent', 10);
    await enqueue(notifications, message({ onlyChannels: ['webhook'], content: report }));
    for (let more = 0; more < 3; more += 1)
      await enqueue(notifications, message({ onlyChannels: ['webhook'] }));
    await pass();
    expect(hook.hooks.map(({ documents }) => documents)).toEqual([[]]);
    // One slot is free again after a while, and the storm goes on.
    await database.sql.query(
      `UPDATE app.notification_sendings SET created_at = now() - interval '11 minutes'`,
    );
    await database.sql.query(
      `UPDATE app.notification_deliveries SET due_at = now() - interval '11 minutes' WHERE sending_id IS NULL`,
    );
    await pass();
    await expect.poll(() => hook.hooks.map(({ documents }) => documents), SOON).toEqual([[], [title]]);
    const later = async () => (await states()).slice(10);
    await expect.poll(later, SOON).toEqual(['sent', 'queued', 'queued', 'queued']);
  });

  it('try again as the receiver asks, later and later, and it stays the same message', async () => {
    const notifications = await worker();
    const outcomes: ChannelOutcome[] = [];
    notifications.observe((outcome) => outcomes.push(outcome));
    hook.answers.push(status(503), status(429, { 'retry-after': '900' }));
    await enqueue(notifications, message({ onlyChannels: ['webhook'] }));
    await allAre('failed', 1);
    // Ten seconds and a share of chance, less what has passed since.
    expect((await deliveries())[0]?.inSeconds).toBeGreaterThan(2);
    expect((await deliveries())[0]?.inSeconds).toBeLessThan(19);
    await hurry();
    expect(hook.hooks).toHaveLength(2);
    expect((await deliveries())[0]?.inSeconds).toBeGreaterThan(880);
    await hurry();
    await allAre('sent', 1);
    expect(new Set(hook.hooks.map(({ key }) => key)).size).toBe(1);
    expect((await deliveries())[0]?.attempts).toMatchObject([
      { outcome: 'failed', code: '503', error: 'the receiver did not take the message: 503' },
      { outcome: 'failed', code: '429' },
      { outcome: 'sent', code: '204' },
    ]);
    expect(outcomes.map(({ outcome, channel }) => [channel, outcome])).toEqual([
      ['webhook', 'failed'],
      ['webhook', 'failed'],
      ['webhook', 'sent'],
    ]);
  });

  it('leave a receiver alone for as long as it asks, whatever there is to tell and whoever is to tell it', async () => {
    const notifications = await worker();
    hook.answers.push(status(429, { 'retry-after': '900' }));
    const critical = alertOf({ labels: { severity: 'critical' }, fingerprint: 'critical' });
    await enqueue(notifications, message({ onlyChannels: ['webhook'], groupKey: 'same' }));
    await allAre('failed', 1);
    await worker();
    await enqueue(notifications, message({ onlyChannels: ['webhook'], groupKey: 'same' }));
    await enqueue(notifications, message({ onlyChannels: ['webhook'], content: critical, atOnce: true }));
    await enqueue(notifications, message({ onlyChannels: ['email'] }));
    await expect.poll(() => mail.mails.length, SOON).toBe(1);
    for (let time = 0; time < 3; time += 1) await pass();
    expect(hook.hooks).toHaveLength(1);
    await database.sql.query(
      `UPDATE app.notification_channels SET not_before = not_before - interval '15 minutes'`,
    );
    await pass();
    await allAre('sent', 4);
    expect(hook.hooks).toHaveLength(3);
  });

  it('try again by themselves when the time has come', async () => {
    const notifications = await worker();
    hook.answers.push(status(500));
    await enqueue(notifications, message({ onlyChannels: ['webhook'] }));
    await expect.poll(states, { timeout: 40_000 }).toEqual(['sent']);
    expect(hook.hooks).toHaveLength(2);
  });

  it('give up what is refused for good, and what failed ten times; and tell of the channel that it fails', async () => {
    const notifications = await worker();
    hook.answers.push(status(400));
    await enqueue(notifications, message({ onlyChannels: ['webhook'] }));
    await allAre('dead', 1);
    for (let time = 0; time < 10; time += 1) hook.answers.push(status(502));
    await enqueue(notifications, message({ onlyChannels: ['webhook'] }));
    for (let time = 0; time < 10; time += 1) await hurry();
    await allAre('dead', 2);
    expect((await deliveries())[1]?.attempts).toHaveLength(10);
    expect(hook.hooks).toHaveLength(11);
    expect(notifications.channelStates().find(({ name }) => name === 'webhook')).toMatchObject({
      isFailing: true,
      failuresInRow: 11,
      lastError: 'the receiver did not take the message: 502',
    });
    await expect.poll(() => notifications.channelStates()[1]?.deadCount, { timeout: 20_000 }).toBe(2);
    const text = (await workers[0]?.get(Metrics).exposition()) ?? '';
    expect(text).toContain('stock_analysis_notifications_total{kind="webhook",outcome="dead"} 2');
    expect(text).toContain('stock_analysis_notification_dead_letters{channel="webhook"} 2');
    await enqueue(notifications, message({ onlyChannels: ['webhook'] }));
    await expect.poll(() => notifications.channelStates()[1], SOON).toMatchObject({ isFailing: false });
  });

  it('know after a restart that a channel fails, which carried something before', async () => {
    const notifications = await worker();
    await enqueue(notifications, message({ onlyChannels: ['webhook'] }));
    await allAre('sent', 1);
    for (let time = 0; time < 4; time += 1) hook.answers.push(status(502));
    await enqueue(notifications, message({ onlyChannels: ['webhook'] }));
    await expect.poll(states, SOON).toEqual(['sent', 'failed']);
    for (let time = 0; time < 2; time += 1) await hurry();
    expect(notifications.channelStates()[1]).toMatchObject({ isFailing: true, failuresInRow: 3 });
    await workers.pop()?.close();
    const after = await worker();
    await expect
      .poll(() => after.channelStates()[1], SOON)
      .toMatchObject({ isFailing: true, failuresInRow: 3 });
    hook.answers.length = 0;
    await hurry();
    await expect.poll(() => after.channelStates()[1], SOON).toMatchObject({ isFailing: false });
  });

  it('forget what is old', async () => {
    const notifications = await worker();
    await enqueue(notifications, message());
    await allAre('sent', 2);
    await database.sql.query(
      `UPDATE app.notification_sendings SET ended_at = now() - interval '91 days' WHERE channel = 'email'`,
    );
    await workers.pop()?.close();
    await worker();
    await expect.poll(deliveries, SOON).toMatchObject([{ channel: 'webhook' }]);
  });

  it('give up what was due for a day, as its channel was gone, and do not call a channel that comes back failing', async () => {
    const one = JSON.stringify(alertOf());
    const [, , [open]] = [
      await database.sql.query(
        `INSERT INTO app.notification_deliveries (subject_key, transition, channel, group_key, content, due_at)
         SELECT 'old', 'firing', name, 'a', $1, now() - interval '25 hours' FROM unnest(ARRAY['email', 'webhook']) AS name`,
        [one],
      ),
      await database.sql.query(
        `INSERT INTO app.notification_deliveries (subject_key, transition, channel, group_key, content, due_at)
         VALUES ('new', 'firing', 'webhook', 'b', $1, now() - interval '23 hours')`,
        [one],
      ),
      await database.sql.query<{ id: string }>(
        `INSERT INTO app.notification_sendings (channel, group_key, due_at)
         VALUES ('email', 'c', now() - interval '25 hours') RETURNING id`,
      ),
    ];
    await database.sql.query(
      `INSERT INTO app.notification_deliveries (subject_key, transition, channel, group_key, content, sending_id)
       VALUES ('made', 'firing', 'email', 'c', $1, $2)`,
      [one, open?.id],
    );
    const app = await startWorker(database.configuration('worker', monitoringOf({ webhookPort: hook.port })));
    workers.push(app);
    await expect.poll(states, SOON).toEqual(['dead', 'dead', 'sent', 'dead']);
    expect(hook.hooks).toHaveLength(1);
    expect((await deliveries())[0]?.attempts).toMatchObject([
      { outcome: 'dead', error: expect.stringContaining('due for a day') },
    ]);
    await expect
      .poll(() => app.get(Notifications).channelStates()[0], SOON)
      .toMatchObject({ name: 'webhook', isFailing: false, deadCount: 1 });
  });

  it('wait for what is being handed over when they stop, and know that it was taken', async () => {
    await database.sql.query(
      `INSERT INTO app.notification_deliveries (subject_key, transition, channel, group_key, content)
       VALUES ($1, 'firing', 'webhook', 'a', $2)`,
      [randomUUID(), JSON.stringify(alertOf())],
    );
    hook.answers.push((response) => void setTimeout(() => response.writeHead(204).end(), 1_500));
    await worker();
    await expect.poll(() => hook.hooks.length, SOON).toBe(1);
    await workers.pop()?.close();
    expect(await states()).toEqual(['sent']);
  });

  it('find what no job tells of', async () => {
    await database.sql.query(
      `INSERT INTO app.notification_deliveries (subject_key, transition, channel, group_key, content)
       VALUES ($1, 'firing', 'webhook', 'a', $2)`,
      [randomUUID(), JSON.stringify(alertOf())],
    );
    await worker();
    await allAre('sent', 1);
  });
});

describe('the components mail and webhook', () => {
  const components = () =>
    workers
      .flatMap((app) => app.get(HealthChecks).states())
      .filter(({ component }) => component === 'mail' || component === 'webhook')
      .map(({ component, status: found, message: said }) => [component, found, said]);

  it('are looked after where they are configured, and nobody is told anything', async () => {
    await worker();
    await expect.poll(components, SOON).toEqual([
      ['mail', 'up', ''],
      ['webhook', 'up', ''],
    ]);
    expect([mail.mails, hook.hooks, mail.connections]).toEqual([[], [], 1]);
  });

  it('are degraded while messages do not arrive, or could not', async () => {
    hook.answers.push(status(422));
    await mail.stop();
    const notifications = await worker();
    await enqueue(notifications, message({ onlyChannels: ['webhook'] }));
    await allAre('dead', 1);
    await expect.poll(components, { timeout: 90_000 }).toEqual([
      ['mail', 'degraded', 'the mail server cannot be reached, or the connection broke'],
      [
        'webhook',
        'degraded',
        'messages do not arrive over webhook: the receiver did not take the message: 422',
      ],
    ]);
    mail = await new MailServer().start();
  }, 120_000);

  it('say until when messages wait that came too fast', async () => {
    const notifications = await worker({ perTenMinutes: 2, groupSeconds: 0 });
    await enqueue(notifications, message({ onlyChannels: ['webhook'] }));
    await allAre('sent', 1);
    await enqueue(notifications, message({ onlyChannels: ['webhook'] }));
    const [made] = await database.sql.query<{ until: Date }>(
      `SELECT created_at + interval '10 minutes' AS until FROM app.notification_sendings`,
    );
    await expect
      .poll(() => components()[1], { timeout: 90_000 })
      .toEqual([
        'webhook',
        'up',
        expect.stringMatching(`^messages wait until ${made?.until.toISOString()}: .*perTenMinutes allows`),
      ]);
    expect(await states()).toEqual(['sent', 'queued']);
  }, 120_000);
});
