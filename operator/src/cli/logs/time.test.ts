import { expect, it } from 'vitest';
import { durationMs, isoOf, nanosOf, sinceTimeOf } from './time.ts';

it.each([
  ['2026-11-26T08:00:00Z', 1_795_680_000_000_000_000n],
  ['2026-11-26T08:00:00.000000001Z', 1_795_680_000_000_000_001n],
  ['2026-11-26T16:00:00.5+08:00', 1_795_680_000_500_000_000n],
] as const)('%s is %d ns', (text, nanos) => expect(nanosOf(text)).toBe(nanos));

it.each(['', '2026-11-26', '2026-11-26 08:00:00Z', '2026-13-26T08:00:00Z', '2026-11-26T08:00:00'])(
  '%j is no time of a kubelet',
  (text) => expect(nanosOf(text)).toBeUndefined(),
);

it('asks from the beginning of the second', () => {
  expect(sinceTimeOf(nanosOf('2026-11-26T08:00:00.999999999Z') ?? 0n)).toBe('2026-11-26T08:00:00Z');
  expect(isoOf(nanosOf('2026-11-26T08:00:00.999999999Z') ?? 0n)).toBe('2026-11-26T08:00:00.999Z');
});

it.each([
  ['90s', 90_000],
  ['1h30m', 5_400_000],
  ['500ms', 500],
  ['1.5h', 5_400_000],
])('%s is %d ms', (text, ms) => expect(durationMs(text, '--since')).toBe(ms));

it.each(['', '5', '0s', '-5m', '5 m', '5d', 'm5'])('%j is no duration', (text) =>
  expect(() => durationMs(text, '--since')).toThrow('--since must be a duration'),
);
