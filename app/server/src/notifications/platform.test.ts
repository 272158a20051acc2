import { expect, it } from 'vitest';
import type { Configuration } from '../common/configuration/configuration.ts';
import { mailOf } from './email/mail.ts';
import { platformOf, SigningChannel } from './platform.ts';
import { MemoryChannel } from './testing/memory-channel.ts';
import { alertOf, messageOf, NEVER } from './testing/messages.ts';
import { payloadOf } from './webhook/payload.ts';

type Given = Pick<Configuration, 'platform' | 'database'>;
const at = (url: string, platform: Given['platform'] = {}): Given => ({
  platform,
  database: { connectionString: url },
});
const HOST = 'postgresql://stock:secret@db:5432/stock';

async function sent(given: Given) {
  const channel = new MemoryChannel();
  const down = alertOf({ labels: { alertname: 'DatabaseDown', severity: 'critical' } });
  await new SigningChannel(channel, platformOf(given)).send(messageOf(down), NEVER);
  const [message] = channel.messages;
  if (message === undefined) throw new Error('nothing was sent');
  return { body: JSON.parse(payloadOf(message)), mail: mailOf(message) };
}

it('the same alert of two installations is two at a receiver, and its mails say whose it is', async () => {
  const first = await sent(at(HOST, { namespace: 'research', name: 'demo' }));
  const second = await sent(at(HOST, { namespace: 'trading', name: 'demo' }));
  expect(first.body).toMatchObject({
    groupKey: 'research/demo:alerts:IngestionLagging',
    commonLabels: { alertname: 'DatabaseDown', namespace: 'research', stockanalysis: 'demo' },
    title: '[firing critical] research/demo: 行情数据已过期',
  });
  expect(first.mail.subject).toBe(first.body.title);
  expect(first.mail.text).toContain('namespace=research stockanalysis=demo');
  expect(second.body.groupKey).not.toBe(first.body.groupKey);
  expect(second.body.alerts[0].fingerprint).not.toBe(first.body.alerts[0].fingerprint);
  expect(second.body.alerts[0].fingerprint).toMatch(/^[0-9a-f]{32}$/);
});

it('what nobody named is told apart by its database, of which nothing is told', async () => {
  const keys = await Promise.all(
    [at(HOST), at('postgresql://db:5432/other'), at('postgresql://elsewhere/stock')].map(async (given) => {
      const { body } = await sent(given);
      expect(JSON.stringify(body)).not.toMatch(/db:5432|secret|elsewhere/);
      return [body.groupKey, body.alerts[0].fingerprint];
    }),
  );
  expect(new Set(keys.flat()).size).toBe(6);
  // A password that changed makes no other installation of it.
  expect(platformOf(at(HOST)).key).toBe(platformOf(at('postgresql://x:y@db:5432/stock')).key);
});
