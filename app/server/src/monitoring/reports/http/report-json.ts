import type { Report } from '../model/report.ts';

/** Of a report, at whatever depth: milliseconds since 1970, or null. */
const TIMES: ReadonlySet<string> = new Set(['from', 'to', 'createdAt', 'startedAt', 'endedAt']);

const written = (at: number): string => new Date(at).toISOString();

/** The figures as a text of JSON. Times, which a report computes with, are written as in every other answer. */
export function jsonOf(report: Report): string {
  const storage = report.storage.map(({ points, ...one }) => ({
    ...one,
    points: points.map(([at, bytes]) => [written(at), bytes]),
  }));
  return JSON.stringify({ ...report, storage }, (key, value: unknown) =>
    TIMES.has(key) && typeof value === 'number' ? written(value) : value,
  );
}
