import { createHmac } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { inScope } from '../../common/tracing/scope.ts';
import { Outside } from '../../outbound/testing/outside.ts';
import type { ChannelMessage } from '../channel.ts';
import { certified } from '../testing/authority.ts';
import { alertOf, messageOf, NEVER } from '../testing/messages.ts';
import { retryAfterSeconds } from './retry-after.ts';
import { signedHeaders } from './signature.ts';
import { WebhookChannel } from './webhook-channel.ts';

const NOW = new Date('2026-11-26T09:00:00.900Z');
const clock = { now: () => NOW };
const SHARED = 'shared-by-both-of-the-tests';

const outside = new Outside();
afterEach(async () => {
  await outside.close();
  received.length = 0;
});

const received: { request: IncomingMessage; body: string }[] = [];

/** A receiver that answers as told, once it has read everything. */
async function receiver(answer: (response: Parameters<RequestListener>[1]) => void): Promise<WebhookChannel> {
  const port = await outside.serve((request, response) => {
    void text(request).then((body) => {
      received.push({ request, body });
      answer(response);
      return undefined;
    });
  });
  return new WebhookChannel(
    { url: `http://127.0.0.1:${port}/hooks/of-the-tests?a=b`, secret: SHARED },
    clock,
  );
}

const answering = (status: number, headers: Record<string, string> = {}) =>
  receiver((response) => void response.writeHead(status, headers).end());

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'sent',
    (error: unknown) => error,
  );

describe('a webhook', () => {
  it('says nothing of the trace: its receiver may be anybody', async () => {
    const channel = await answering(204);
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
    await inScope({ trace }, () => channel.send(messageOf(alertOf()), NEVER));
    expect(received.map(({ request }) => request.rawHeaders.join())).toEqual([
      expect.not.stringMatching(/trace|aaaa/i),
    ]);
  });

  it('is sent in the vocabulary of Alertmanager, signed, and with a key that stays', async () => {
    const channel = await answering(204);
    const resolved = alertOf({ status: 'resolved', endsAt: '2026-11-26T08:59:00Z', fingerprint: 'beef' });
    const message = messageOf(alertOf(), { ...resolved, labels: { ...resolved.labels, source: 'live' } });
    for (let time = 0; time < 2; time += 1)
      expect(await channel.send(message, NEVER)).toEqual({ code: '204', remark: undefined });
    const [{ request, body } = { request: undefined, body: '' }, second] = received;
    expect(request).toMatchObject({ method: 'POST', url: '/hooks/of-the-tests?a=b' });
    const signed = `${message.id}.1795683600.${body}`;
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': message.id,
      'idempotency-key': message.id,
      'webhook-timestamp': '1795683600',
      'webhook-signature': `v1,${createHmac('sha256', SHARED).update(signed).digest('base64')}`,
    });
    expect(second?.request.headers['idempotency-key']).toBe(message.id);
    expect(JSON.parse(body)).toEqual({
      version: '4',
      groupKey: 'alerts:IngestionLagging',
      truncatedAlerts: 0,
      status: 'firing',
      receiver: 'webhook',
      groupLabels: {},
      commonLabels: { alertname: 'IngestionLagging', severity: 'warning' },
      commonAnnotations: alertOf().annotations,
      externalURL: '',
      alerts: [
        expect.objectContaining({
          status: 'firing',
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: '',
          fingerprint: 'f00d',
        }),
        expect.objectContaining({ status: 'resolved', endsAt: '2026-11-26T08:59:00Z', fingerprint: 'beef' }),
      ],
      title: '[1 firing, 1 resolved, up to warning] 行情数据已过期 (+1)',
      documents: [],
    });
  });

  it('has the key of Standard Webhooks where the secret is one, as its published example says', () => {
    const given = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      body: '{"test": 2432232314}',
      at: new Date(1_614_265_330_000),
    };
    const published = ['whsec_', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'].join('');
    expect(signedHeaders(given, published)['webhook-signature']).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('is not signed without a secret', () => {
    const headers = signedHeaders({ id: 'a', body: '{}', at: NOW }, undefined);
    expect(Object.keys(headers).toSorted()).toEqual(['idempotency-key', 'webhook-id', 'webhook-timestamp']);
  });

  it('goes over TLS to a receiver of our own authority', async () => {
    const { ca, ...tls } = certified('DNS:localhost');
    const port = await outside.serve((_request, response) => void response.end(), tls);
    const url = `https://localhost:${port}/`;
    expect(
      await new WebhookChannel({ url, secret: SHARED, ca }, clock).send(messageOf(), NEVER),
    ).toMatchObject({ code: '200' });
    const stranger = new WebhookChannel({ url, secret: SHARED }, clock);
    expect(await failureOf(stranger.send(messageOf(), NEVER))).toMatchObject({ mayWorkLater: true });
  });
});

describe('a webhook is not taken', () => {
  it.each([
    [500, true],
    [503, true],
    [408, true],
    [429, true],
    [401, true],
    [403, true],
    [404, true],
    [405, true],
    [410, true],
    [400, false],
    [413, false],
    [415, false],
    [422, false],
  ])('by an answer %i; it may be later: %s', async (status, mayWorkLater) => {
    const channel = await answering(status);
    expect(await failureOf(channel.send(messageOf(), NEVER))).toMatchObject({
      code: String(status),
      mayWorkLater,
    });
  });

  it('too early by a receiver that says when it wants to be asked again', async () => {
    const channel = await answering(429, { 'retry-after': '77' });
    expect(await failureOf(channel.send(messageOf(), NEVER))).toMatchObject({ retryAfterSeconds: 77 });
  });

  it('by another place: no redirect is followed', async () => {
    const elsewhere = await outside.serve((request, response) => {
      received.push({ request, body: 'elsewhere' });
      response.end();
    });
    for (const status of [301, 302, 307, 308]) {
      const channel = await answering(status, { location: `http://127.0.0.1:${elsewhere}/` });
      expect(await failureOf(channel.send(messageOf(), NEVER))).toMatchObject({
        mayWorkLater: true,
        message: expect.stringContaining('redirects'),
      });
    }
    expect(received.filter(({ body }) => body === 'elsewhere')).toEqual([]);
  });

  it('where the receiver is slow, nor read where it talks on and on', async () => {
    const silent = await receiver(() => undefined);
    await expect(silent.send(messageOf(), AbortSignal.timeout(200))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    const endless = await receiver((response) => void response.writeHead(200).write('x'.repeat(100_000)));
    expect(await endless.send(messageOf(), NEVER)).toMatchObject({ code: '200' });
  });

  it('where the connection breaks or nobody listens, and no error shows the URL', async () => {
    const broken = await receiver((response) => void response.destroy());
    const nobody = new WebhookChannel(
      { url: 'http://127.0.0.1:1/hooks/of-the-tests', secret: SHARED },
      clock,
    );
    for (const channel of [broken, nobody]) {
      const failure = await failureOf(channel.send(messageOf(), NEVER));
      expect(failure).toMatchObject({ name: 'ChannelError', mayWorkLater: true });
      expect(String(failure)).not.toContain('of-the-tests');
    }
  });
});

it('a summary says how many are left out, and a report comes beside the alerts', async () => {
  const channel = await answering(200);
  const report = { kind: 'document', title: '日报', text: '一切正常' } as const;
  const summary: ChannelMessage = { ...messageOf(alertOf(), report), count: 50, isSummary: true };
  await channel.send(summary, NEVER);
  expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
    truncatedAlerts: 48,
    title: '[50 messages in one] 行情数据已过期',
    alerts: [{ fingerprint: 'f00d' }],
    documents: [{ title: '日报', text: '一切正常' }],
  });
});

it.each([
  [undefined, undefined],
  ['120', 120],
  ['0', 0],
  ['999999999', 3_600],
  ['Thu, 26 Nov 2026 09:02:00 GMT', 120],
  ['Thu, 26 Nov 2026 08:00:00 GMT', 0],
  ['soon', undefined],
])('Retry-After %j is %j seconds', (header, expected) => {
  expect(retryAfterSeconds(header, NOW)).toBe(expected);
});
