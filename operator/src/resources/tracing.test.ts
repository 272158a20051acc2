import { expect, it } from 'vitest';
import { applicationConfig, notificationsOf, serverConfig, tracingOf, workerConfig } from './index.ts';
import { CHANNELS, FULL_SPEC, testTarget } from './testing/target.ts';

const traced = (endpoint: string) =>
  testTarget({ ...FULL_SPEC, monitoring: { ...FULL_SPEC?.monitoring, tracing: { endpoint } } });

it('traces change nothing where none are asked for, and nothing of migrate where some are', () => {
  const none = tracingOf(testTarget(), false, undefined);
  expect(none).toMatchObject({ isSent: false, ports: [] });
  expect(none.secret).toBeUndefined();
  expect(serverConfig(testTarget(), none)).toEqual(applicationConfig(testTarget()));
  const target = traced('https://otel.example/v1/traces');
  expect(applicationConfig(target)).toEqual(applicationConfig(testTarget(FULL_SPEC)));
});

it('traces are not configured until their headers are there', () => {
  const target = traced('https://otel.example/v1/traces');
  expect(serverConfig(target, { isSent: false })).toEqual(applicationConfig(target));
  expect(serverConfig(target, { isSent: true })).not.toEqual(applicationConfig(target));
  expect(tracingOf(target, false, undefined).ports).toEqual([]);
});

it('workers are told of notifications and traces', () => {
  const target = traced('http://otel.monitoring:4318/v1/traces');
  const config = workerConfig(target, notificationsOf(target, CHANNELS), { isSent: true });
  const [text] = Object.values(JSON.parse(JSON.stringify(config.data)));
  expect(text).toContain('endpoint: http://otel.monitoring:4318/v1/traces');
  expect(text).toContain('host: mail.example');
});

it.each([
  ['https://otel.example/v1/traces', 443],
  ['http://otel.example/v1/traces', 80],
  ['http://[2001:db8::1]:4318/v1/traces', 4318],
])('traces to %s leave by port %d', (endpoint, port) =>
  expect(tracingOf(traced(endpoint), true, undefined).ports).toEqual([port]),
);

it('another header is another Secret and another origin', () => {
  const target = traced('https://otel.example/v1/traces');
  const all = [tracingOf(target, true, 'A: b'), tracingOf(target, true, 'A: c')];
  expect(new Set(all.map(({ origin }) => origin)).size).toBe(2);
  expect(new Set(all.map(({ secret }) => secret?.metadata.name)).size).toBe(2);
});

it('the same header for another collector is another Secret', () => {
  const names = ['https://otel.example/v1', 'https://otel.example/v2', 'https://other.example/v1'].map(
    (endpoint) => tracingOf(traced(endpoint), true, 'A: b').secret?.metadata.name,
  );
  expect(names[1]).toBe(names[0]);
  expect(names[2]).not.toBe(names[0]);
});
