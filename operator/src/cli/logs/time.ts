import { misuse } from '../problem.ts';

const NANOS_PER_MS = 1_000_000n;

const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Nanoseconds since the epoch of an RFC 3339 time, undefined where it is none. */
export function nanosOf(text: string): bigint | undefined {
  const [, seconds, fraction = '', zone] = TIMESTAMP.exec(text) ?? [];
  if (seconds === undefined || zone === undefined) return undefined;
  const ms = Date.parse(`${seconds}${zone}`);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * NANOS_PER_MS + BigInt(fraction.padEnd(9, '0'));
}

/** `2026-11-26T12:00:00.123Z` */
export const isoOf = (nanos: bigint): string => new Date(Number(nanos / NANOS_PER_MS)).toISOString();

export const nanosOfMs = (ms: number): bigint => BigInt(Math.floor(ms)) * NANOS_PER_MS;

/** Down to the second: the API server forwards no fraction of `sinceTime` to the kubelet. */
export const sinceTimeOf = (nanos: bigint): string => `${isoOf(nanos).slice(0, 19)}Z`;

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Milliseconds of a duration such as `90s`, `5m` or `1h30m`, as kubectl takes it. @throws Problem */
export function durationMs(text: string, flag: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  const isWhole = parts.map(([part]) => part).join('') === text;
  const total = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0), 0);
  if (!isWhole || total <= 0)
    throw misuse(`${flag} must be a duration such as 90s, 5m or 1h30m, not ${JSON.stringify(text)}`, 'logs');
  return total;
}
