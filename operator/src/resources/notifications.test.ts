import { describe, expect, it } from 'vitest';
import { applicationConfig, notificationsOf, workerConfig } from './index.ts';
import { CHANNELS, FULL_SPEC, testTarget } from './testing/target.ts';

const full = testTarget(FULL_SPEC);
const NO_TRACES = { isSent: false };

describe('notifications', () => {
  it('change nothing of the workers where there are none', () => {
    const none = notificationsOf(testTarget(), {});
    expect(none).toMatchObject({ channels: [], ports: [] });
    expect(none.secret).toBeUndefined();
    expect(workerConfig(testTarget(), none, NO_TRACES)).toEqual(applicationConfig(testTarget()));
  });

  it('change nothing of the servers', () => {
    const sent = notificationsOf(full, CHANNELS);
    const { notifications: _left, ...others } = FULL_SPEC?.monitoring ?? {};
    const withoutThem = testTarget({ ...FULL_SPEC, monitoring: others });
    expect(applicationConfig(full)).toEqual(applicationConfig(withoutThem));
    expect(workerConfig(full, sent, NO_TRACES).metadata.name).not.toBe(applicationConfig(full).metadata.name);
  });

  it('say of which object they are', () => {
    const config = workerConfig(full, notificationsOf(full, CHANNELS), NO_TRACES);
    expect(JSON.stringify(config)).toContain('platform:\\n  namespace: stock-analysis\\n  name: demo\\n');
  });

  it.each([
    ['https://hook.example/x', [443, 465]],
    ['http://hook.example/x', [80, 465]],
    ['https://hook.example:465/x', [465]],
    ['http://[2001:db8::1]:8080/', [465, 8080]],
  ])('to %s and the mail server leave by ports %j', (url, ports) => {
    expect(notificationsOf(full, { email: {}, webhook: { 'webhook-url': url } }).ports).toEqual(ports);
  });

  it('know for which mail server their login is, and name their Secret by its content alone', () => {
    const elsewhere = testTarget({
      monitoring: { notifications: { email: { host: 'MX.example', from: 'a@b', to: ['c@d'] } } },
    });
    const [one, other] = [full, elsewhere].map((of) => notificationsOf(of, CHANNELS).secret?.metadata);
    expect(one?.annotations).toEqual({ 'stockanalysis.dev/mail-server': 'mail.example:465' });
    expect(other?.annotations).toEqual({ 'stockanalysis.dev/mail-server': 'mx.example:587' });
    expect(other?.name).toBe(one?.name);
    const { webhook } = CHANNELS;
    expect(notificationsOf(full, { email: {}, webhook }).secret?.metadata.annotations).toBeUndefined();
  });

  it('have another origin with another value, another channel, and with none', () => {
    const { email, webhook } = CHANNELS;
    const origins = [
      {},
      { email: {} },
      { email },
      { webhook },
      CHANNELS,
      { email: { ...email, 'smtp-password': 'q' }, webhook },
    ].map((channels) => notificationsOf(full, channels).origin);
    expect(new Set(origins).size).toBe(origins.length);
  });
});
