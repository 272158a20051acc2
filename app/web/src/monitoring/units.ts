import { compact } from '../format.ts';
import type { MetricKind } from './types.ts';

/** What a figure counts, as charts, sections and rules say it. */
export type Unit =
  'bytes' | 'bytes-per-second' | 'seconds' | 'cores' | 'per-minute' | 'share' | 'trading-days' | 'count';

const BYTES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** At most three digits that matter below a hundred, and no zeros behind the point: 0.012345 → 0.0123, 1234567 → 123.46万. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '—';
  const size = Math.abs(value);
  if (size >= 1e4) return compact(value);
  if (size > 0 && size < 1e-4) return value.toExponential(2);
  return String(size >= 100 ? Math.round(value * 10) / 10 : Number(value.toPrecision(3)));
}

/** 1536 → 1.5 KiB */
export function bytesText(bytes: number): string {
  if (bytes === 0) return '0 B';
  const power = Math.max(0, Math.min(BYTES.length - 1, Math.floor(Math.log2(Math.abs(bytes)) / 10)));
  return `${short(bytes / 1024 ** power)} ${BYTES[power]}`;
}

/** 0.0123 → 12.3 ms; 75 → 75 s; 5400 → 1 小时 30 分; 200000 → 2 天 7 小时 */
export function secondsText(seconds: number): string {
  const size = Math.abs(seconds);
  if (size === 0) return '0 s';
  if (size < 1) return `${short(seconds * 1000)} ms`;
  if (size < 120) return `${short(seconds)} s`;
  const minutes = Math.round(size / 60);
  const sign = seconds < 0 ? '−' : '';
  const two = (big: number, bigText: string, small: number, smallText: string): string =>
    `${sign}${big} ${bigText}${small > 0 ? ` ${small} ${smallText}` : ''}`;
  if (minutes < 60) return `${sign}${minutes} 分`;
  if (minutes < 48 * 60) return two(Math.floor(minutes / 60), '小时', minutes % 60, '分');
  return two(Math.floor(minutes / 1440), '天', Math.floor((minutes % 1440) / 60), '小时');
}

const TEXTS: Readonly<Record<Unit, (value: number) => string>> = {
  bytes: bytesText,
  'bytes-per-second': (value) => `${bytesText(value)}/s`,
  seconds: secondsText,
  cores: (value) => `${short(value)} 核`,
  'per-minute': (value) => `${short(value)} /分钟`,
  share: (value) => `${short(value * 100)}%`,
  'trading-days': (value) => `${short(value)} 个交易日`,
  count: short,
};

export const unitText = (value: number, unit: Unit): string => TEXTS[unit](value);

/** What a metric that the page knows nothing about counts, by the ending that names have by convention. */
export function unitOf(metric: string, kind: MetricKind): Unit {
  const ending = ENDINGS.find(([text, of]) => of === kind && metric.endsWith(text));
  return ending?.[2] ?? (kind === 'counter' ? 'per-minute' : 'count');
}

/** The first that fits. A counter is shown by how fast it grows. */
const ENDINGS: readonly (readonly [ending: string, kind: MetricKind, unit: Unit])[] = [
  ['cpu_seconds_total', 'counter', 'cores'],
  ['cpu_usage_seconds_total', 'counter', 'cores'],
  ['_seconds_total', 'counter', 'share'],
  ['_bytes_total', 'counter', 'bytes-per-second'],
  ['_bytes', 'gauge', 'bytes'],
  ['_timestamp_seconds', 'gauge', 'count'],
  ['_seconds', 'gauge', 'seconds'],
  ['_ratio', 'gauge', 'share'],
  ['_trading_days', 'gauge', 'trading-days'],
];

/** A civil time of the reader's clock, with the day where it is another one: 09:30:05, 11-25 09:30. */
export function clockText(at: string | Date, now = new Date()): string {
  const date = new Date(at);
  const isToday = date.toDateString() === now.toDateString();
  return isToday
    ? date.toLocaleTimeString('zh-CN', { hour12: false })
    : date.toLocaleString('zh-CN', {
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        hour12: false,
      });
}
