import { describe, expect, it } from 'vitest';
import type { NotificationsSpec } from '../api/index.ts';
import { ANNOTATION } from '../naming/index.ts';
import type { LiveSecret } from './live.ts';
import { notificationSecrets, readNotifications } from './notifications.ts';

const secretOf = (values: Readonly<Record<string, string>>): LiveSecret => ({
  metadata: { name: 's', uid: 'u' },
  data: Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  ),
});

const mail = { host: 'h', security: 'StartTLS', from: 'a@b', to: ['c@d'] } as const;
const spec = (members: Partial<NotificationsSpec>): NotificationsSpec => members;
const email = spec({ email: { ...mail, to: [...mail.to], secretRef: { name: 'smtp' } } });
const webhook = spec({ webhook: { secretRef: { name: 'hook' } } });

const read = (
  asked: NotificationsSpec | undefined,
  secrets: Readonly<Record<string, LiveSecret>> = {},
  kept?: LiveSecret,
) => readNotifications(asked, (name) => secrets[name], kept);

describe('readNotifications', () => {
  it('finds nothing to do where nothing is asked for', () => {
    expect(read(undefined)).toEqual({ channels: {}, findings: [] });
    expect(read({})).toEqual({ channels: {}, findings: [] });
  });

  it('needs no Secret for mail without login', () => {
    expect(read(spec({ email: { ...mail, to: [...mail.to] } })).channels).toEqual({ email: {} });
  });

  it('takes the keys that a channel has, without the line breaks behind them, and no other', () => {
    const smtp = secretOf({
      'smtp-username': 'u\n',
      'smtp-password': ' p \r\n',
      'webhook-url': 'x',
      other: 'y',
    });
    expect(read(email, { smtp }).channels).toEqual({
      email: { 'smtp-username': 'u', 'smtp-password': ' p ' },
    });
    expect(read(email, { smtp: secretOf({ 'smtp-ca.crt': 'CA' }) }).findings).toEqual([]);
  });

  it.each([
    [{ 'smtp-username': 'u' }, 'lacks the key smtp-password'],
    [{ 'smtp-password': 'hunter2' }, 'lacks the key smtp-username'],
    [{ 'smtp-username': '' }, 'has none of the keys smtp-username'],
  ])('of mail with %j says that it %s', (values, problem) => {
    const { channels, findings } = read(email, { smtp: secretOf(values) });
    expect(channels).toEqual({});
    expect(findings).toMatchObject([{ reason: 'SecretInvalid' }]);
    expect(findings[0]?.message).toContain(`Secret smtp named in spec.monitoring.notifications.email`);
    expect(findings[0]?.message).toContain(problem);
    expect(findings[0]?.message).not.toContain('hunter2');
  });

  it.each(['not a url', 'ftp://hook.example', 'javascript:alert(1)'])(
    'takes no webhook at %j, and does not repeat it',
    (url) => {
      const { channels, findings } = read(webhook, { hook: secretOf({ 'webhook-url': url }) });
      expect(channels).toEqual({});
      expect(findings[0]?.message).toContain('holds no http or https URL');
      expect(findings[0]?.message).not.toContain(url);
    },
  );

  it('says of each channel what it lacks', () => {
    const { findings } = read({ ...email, ...webhook });
    expect(findings.map(({ reason, message }) => `${reason} ${message}`)).toEqual([
      expect.stringMatching(/^SecretMissing Secret smtp .* does not exist; nothing is sent by email/),
      expect.stringMatching(/^SecretMissing Secret hook .* does not exist; nothing is sent by webhook/),
    ]);
  });

  it('goes on with what was in use, channel by channel', () => {
    const kept = secretOf({ 'smtp-username': 'u', 'smtp-password': 'p' });
    const { channels, findings } = read({ ...email, ...webhook }, {}, kept);
    expect(channels).toEqual({ email: { 'smtp-username': 'u', 'smtp-password': 'p' } });
    expect(findings[0]?.message).toContain('go on with what they had');
    expect(findings[1]?.message).toContain('nothing is sent by webhook');
  });

  it('gives a mail server no password of the one before it, and keeps the webhook', () => {
    const values = { 'smtp-username': 'u', 'smtp-password': 'p', 'webhook-url': 'https://hook.example' };
    const keptFor = (server: string): LiveSecret => ({
      ...secretOf(values),
      metadata: { name: 's', uid: 'u', annotations: { [ANNOTATION.mailServer]: server } },
    });
    for (const secrets of [{}, { smtp: secretOf({ 'smtp-password': 'half' }) }])
      for (const server of ['old.example:587', 'h:465']) {
        const { channels, findings } = read({ ...email, ...webhook }, secrets, keptFor(server));
        expect(channels).toEqual({ webhook: { 'webhook-url': 'https://hook.example' } });
        expect(findings[0]?.message).toContain('nothing is sent by email until it is right');
      }
    expect(Object.keys(read(email, {}, keptFor('h:587')).channels)).toEqual(['email']);
  });

  it('takes up what came, whatever was in use', () => {
    const kept = secretOf({ 'webhook-url': 'https://old.example' });
    const hook = secretOf({ 'webhook-url': 'https://new.example', 'webhook-secret': 's' });
    expect(read(webhook, { hook }, kept)).toEqual({
      channels: { webhook: { 'webhook-url': 'https://new.example', 'webhook-secret': 's' } },
      findings: [],
    });
  });
});

describe('notificationSecrets', () => {
  it('names each once', () => {
    expect(notificationSecrets(undefined)).toEqual([]);
    expect(notificationSecrets({ ...email, webhook: { secretRef: { name: 'smtp' } } })).toEqual(['smtp']);
  });
});
