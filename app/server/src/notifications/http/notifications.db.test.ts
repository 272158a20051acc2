import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JobQueue } from '../../database/job-queue.service.ts';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { createServerApplication } from '../../main.ts';
import { createKey, createUser, type PrincipalHeaders } from '../../testing/principals.ts';
import { Notifications } from '../notifications.service.ts';
import { outwardFingerprint, platformOf } from '../platform.ts';
import { alertOf } from '../testing/messages.ts';
import { status, WebhookReceiver } from '../testing/webhook-receiver.ts';
import { monitoringOf, startWorker } from '../testing/worker-application.ts';

interface Page {
  readonly body: {
    readonly items: readonly { readonly subject: string }[];
    readonly nextCursor: string | null;
  };
}

const SOON = { timeout: 20_000, interval: 50 };

describe('notifications over the API', () => {
  let database: TestDatabase;
  let hook: WebhookReceiver;
  let app: NestExpressApplication;
  let worker: INestApplicationContext;
  let operator: PrincipalHeaders;

  beforeAll(async () => {
    database = await createTestDatabase();
    hook = await new WebhookReceiver().start();
    const { monitoring, notificationSecrets } = monitoringOf({ webhookPort: hook.port });
    // As it is shipped: the server is told nothing of channels.
    app = await createServerApplication(database.configuration('server'));
    await app.listen(0, '127.0.0.1');
    await app.get(JobQueue).whenStarted();
    operator = await createKey(app, (await createUser(app, 'operator')).id);
    worker = await startWorker(database.configuration('worker', { monitoring, notificationSecrets }));
  });
  afterAll(async () => {
    await worker.close();
    await app.close();
    await hook.stop();
    await database.drop();
  });

  const get = (path: string) =>
    request(app.getHttpServer()).get(`/api/v1/notifications/${path}`).set(operator);
  const post = (path: string) =>
    request(app.getHttpServer()).post(`/api/v1/notifications/${path}`).set(operator);
  const records = (action: string) =>
    database.sql.query<{ record: string }>('SELECT record FROM app.audit_log WHERE action = $1', [action]);

  it('a channel is tested once a minute, whoever asks, and the list says what came of it', async () => {
    await expect.poll(() => app.get(Notifications).channels(database.sql), SOON).toEqual(['webhook']);
    const answers = await Promise.all([1, 2, 3].map(() => post('channels/webhook/test')));
    const accepted = answers.filter(({ status: code }) => code === 202);
    // A minute may begin between them.
    expect([1, 2]).toContain(accepted.length);
    for (const refused of answers.filter((answer) => !accepted.includes(answer))) {
      expect(refused.status).toBe(429);
      expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    }
    const { id } = accepted[0]?.body ?? {};
    await expect
      .poll(
        async () =>
          (await get('deliveries?channel=webhook')).body.items.find((one: { id: string }) => one.id === id),
        SOON,
      )
      .toMatchObject({
        state: 'sent',
        transition: 'test',
        title: 'test of the channel webhook 通知测试',
        attempts: [{ outcome: 'sent', code: '204' }],
        nextAttemptAt: null,
      });
    expect(hook.hooks[0]?.title).toContain('test of the channel webhook');
    const [record] = await records('notification.test');
    expect(JSON.parse(record?.record ?? '')).toMatchObject({
      object: { kind: 'notification-channel', id: 'webhook' },
    });
  });

  it('a channel that is not configured, or is none, is refused by name', async () => {
    expect((await post('channels/email/test').expect(404)).body.detail).toContain(
      'no worker has the channel email',
    );
    expect((await post('channels/sms/test').expect(400)).body.detail).toContain('name');
  });

  it('what was given up is tried again when somebody says so, and only that', async () => {
    hook.answers.push(status(400));
    const [row] = await database.sql.query<{ id: string }>(
      `INSERT INTO app.notification_deliveries (subject_key, transition, channel, group_key, content)
       VALUES ('to-retry', 'firing', 'webhook', 'r', $1) RETURNING id`,
      [JSON.stringify(alertOf())],
    );
    const path = `deliveries/${row?.id}/retry`;
    const state = async (): Promise<unknown> =>
      (await get('deliveries?subject=to-retry')).body.items[0]?.state;
    await expect.poll(state, { timeout: 30_000 }).toBe('dead');
    expect((await get('deliveries?state=dead')).body.items).toMatchObject([
      { id: row?.id, attempts: [{ outcome: 'dead', code: '400' }] },
    ]);
    expect((await post(path).expect(202)).body).toMatchObject({ id: row?.id, state: 'queued' });
    await expect.poll(state, SOON).toBe('sent');
    expect((await post(path).expect(409)).body.detail).toContain('is sent; only one that is dead');
    await post(`deliveries/${randomUUID()}/retry`).expect(404);
    expect(await records('notification.retry')).toHaveLength(1);
    const known = outwardFingerprint(platformOf(database.configuration('worker')), 'f00d');
    const keys = hook.hooks.filter(({ fingerprints }) => fingerprints.includes(known)).map(({ key }) => key);
    expect(keys).toEqual([keys[0], keys[0]]);
  });

  it('what was given up and is not the case any more is not told as if it were', async () => {
    hook.answers.push(status(400));
    const insert = async (number: number, fired: 'firing' | 'resolved'): Promise<string | undefined> => {
      const content = JSON.stringify(alertOf({ fingerprint: 'over', status: fired }));
      const [row] = await database.sql.query<{ id: string }>(
        `INSERT INTO app.notification_deliveries (subject_key, transition, channel, group_key, content)
         VALUES ('over', $1, 'webhook', 'over', $2) RETURNING id`,
        [`${number} ${fired}`, content],
      );
      return row?.id;
    };
    const states = async (): Promise<string[]> =>
      (await get('deliveries?subject=over')).body.items.map((one: { state: string }) => one.state);
    const firing = await insert(1, 'firing');
    await expect.poll(states, { timeout: 30_000 }).toEqual(['dead']);
    await insert(2, 'resolved');
    await expect.poll(states, { timeout: 30_000 }).toEqual(['sent', 'dead']);
    expect((await post(`deliveries/${firing}/retry`).expect(409)).body.detail).toContain('a later delivery');
    expect(await states()).toEqual(['sent', 'dead']);
  });

  it('deliveries come in pages that neither repeat nor leave out any', async () => {
    await database.sql.query(
      `INSERT INTO app.notification_deliveries (subject_key, transition, channel, group_key, content, state)
       SELECT 'page-' || n, 'firing', 'email', 'p', $1, 'queued' FROM generate_series(1, 25) AS n`,
      [JSON.stringify(alertOf())],
    );
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body }: Page = await get(
        `deliveries?channel=email&limit=10${cursor && `&cursor=${cursor}`}`,
      ).expect(200);
      seen.push(...body.items.map(({ subject }) => subject));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `page-${25 - index}`));
    await get('deliveries?cursor=bm9uc2Vuc2U').expect(400);
    await get('deliveries?state=lost').expect(400);
  });
});
