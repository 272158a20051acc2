import type { Unit } from '../units.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Distances between two marks of time that people think in. */
const TIME_STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200].map((days) => days * DAY),
];

/** Marks between zero and a little more than `largest`, at round figures of the unit; below zero too where `smallest` is. */
export function valueMarks(smallest: number, largest: number, unit: Unit, most = 4): readonly number[] {
  const low = Math.min(0, smallest);
  const high = Math.max(0, largest);
  const span = high - low;
  if (!(span > 0)) return [0, 1];
  const isBytes = unit === 'bytes' || unit === 'bytes-per-second';
  const base = isBytes ? 1024 ** Math.floor(Math.log2(Math.max(span, 1)) / 10) : 1;
  const rough = span / base / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((one) => one * power >= rough) ?? 10) * power * base;
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, index) => round((first + index) * step));
}

/** 0.30000000000000004 is 0.3. */
const round = (value: number): number => Number(value.toPrecision(12));

export interface TimeMark {
  readonly at: number;
  readonly text: string;
}

const pad = (value: number): string => String(value).padStart(2, '0');

/** Round times of the reader's clock within `from` and `to` (milliseconds since 1970), one more than `most` of them at most. */
export function timeMarks(from: number, to: number, most: number): readonly TimeMark[] {
  const step = TIME_STEPS.find((one) => (to - from) / one <= most) ?? 200 * DAY;
  const marks: TimeMark[] = [];
  const day = new Date(from);
  day.setHours(0, 0, 0, 0);
  if (step >= DAY) {
    // By the calendar: a day of the reader's clock may have 23 or 25 hours.
    for (const at = day; at.getTime() <= to; at.setDate(at.getDate() + step / DAY))
      if (at.getTime() >= from)
        marks.push({ at: at.getTime(), text: `${pad(at.getMonth() + 1)}-${pad(at.getDate())}` });
    return marks;
  }
  const first = day.getTime() + Math.ceil((from - day.getTime()) / step) * step;
  for (let at = first; at <= to; at += step) {
    const date = new Date(at);
    const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
    marks.push({
      at,
      text: isMidnight
        ? `${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
        : `${pad(date.getHours())}:${pad(date.getMinutes())}`,
    });
  }
  return marks;
}
