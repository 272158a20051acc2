import { Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { rangeMatcher } from './address.ts';
import { tellOfUntrustedProxy } from './untrusted-proxy.ts';

const HOUR_MS = 3_600_000;

const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  warn.mockClear();
});

function told(): { counted: () => number; send: (remoteAddress: string, headers: object) => void } {
  const count = vi.fn<() => void>();
  const middleware = tellOfUntrustedProxy(rangeMatcher(['10.0.0.0/8']), count);
  const next = vi.fn<() => void>();
  return {
    counted: () => count.mock.calls.length,
    send(remoteAddress, headers) {
      next.mockClear();
      middleware({ headers, socket: { remoteAddress } } as unknown as Request, {} as Response, next);
      expect(next).toHaveBeenCalledExactlyOnceWith();
    },
  };
}

it.each(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded'])(
  'tells of %s from who is not listed, with what follows from it',
  (name) => {
    const { send, counted } = told();
    send('192.0.2.1', { [name]: 'x' });
    expect(counted()).toBe(1);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      { requests: 1 },
      expect.stringMatching(/trustedProxies.* share rate limits and lockouts/),
    );
  },
);

it('is silent about trusted proxies, and about who says to be none', () => {
  const { send, counted } = told();
  send('10.1.2.3', { 'x-forwarded-for': '192.0.2.1' });
  send('::ffff:10.1.2.3', { 'x-forwarded-for': '192.0.2.1' });
  send('192.0.2.1', { host: 'app.example.org' });
  expect([counted(), warn.mock.calls]).toEqual([0, []]);
});

it('counts each request, and says so once an hour', () => {
  const { send, counted } = told();
  for (let request = 0; request < 50; request += 1) send('192.0.2.1', { 'x-forwarded-for': 'x' });
  expect([counted(), warn.mock.calls.length]).toEqual([50, 1]);
  vi.advanceTimersByTime(HOUR_MS - 1);
  send('192.0.2.1', { 'x-forwarded-for': 'x' });
  expect(warn).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  send('192.0.2.1', { 'x-forwarded-for': 'x' });
  expect(warn).toHaveBeenLastCalledWith({ requests: 52 }, expect.any(String));
});
