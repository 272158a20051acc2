import { expect, it } from 'vitest';
import { reportOf } from '../model/report.ts';
import { eventfulFacts } from '../testing/made-facts.ts';
import { jsonOf } from './report-json.ts';

/** Of every number below a value. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}

it.each(['daily', 'weekly'] as const)(
  'times of a %s report are words, and the figures are as they were',
  (kind) => {
    const report = reportOf(eventfulFacts(kind));
    const json: { incidents: { items: { startedAt: unknown; endedAt: unknown }[] } } = JSON.parse(
      jsonOf(report),
    );
    expect(json).toMatchObject({
      from: new Date(report.from).toISOString(),
      total: { requests: report.total.requests, availability: report.total.availability },
    });
    const { items } = json.incidents;
    expect(items.map(({ startedAt }) => typeof startedAt)).toEqual(items.map(() => 'string'));
    expect(items.map(({ endedAt }) => endedAt)).toContain(null);
    // A time that was forgotten would be one of some years around this one.
    const around = report.from / 2;
    expect(numbersIn(json).filter((one) => one > around && one < 2 * report.from)).toEqual([]);
    expect(numbersIn(report).filter((one) => one > around && one < 2 * report.from).length).toBeGreaterThan(
      100,
    );
  },
);
