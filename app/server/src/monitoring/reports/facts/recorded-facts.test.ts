import { describe, expect, it } from 'vitest';
import type { HistorySeries } from '../../history/metric-history.ts';
import { lagFacts, lastOf, lastSum, serverWindows, storageFacts } from './recorded-facts.ts';

const [FIRST, LAST] = [300_000, 600_000];

/** A gauge whose samples within each window were all the same. @param points time and value */
function gauge(
  labels: Record<string, string>,
  points: readonly (readonly [number, number])[],
): HistorySeries {
  return {
    ...{ kind: 'gauge', labels },
    points: points.map(([at, value]) => ({
      ...{ at, value, smallest: value, largest: value },
      ...{ samples: 20, total: value, seconds: 300 },
    })),
  };
}

describe('rows that wait for a decision', () => {
  const open = (instance: string | undefined, disposition: string, points: [number, number][]) =>
    gauge({ disposition, ...(instance !== undefined && { instance }) }, points);

  it('are told by every worker, and counted once', () => {
    const series = ['one', 'other'].flatMap((instance) => [
      open(instance, 'held', [[LAST, 7]]),
      open(instance, 'rejected', [[LAST, 2]]),
    ]);
    expect(lastSum(series, LAST)).toBe(9);
  });

  it('are none where the last worker told of none any more', () => {
    expect(lastSum([open(undefined, 'held', [[FIRST, 7]])], LAST)).toBe(0);
    expect(lastSum([], LAST)).toBe(0);
  });

  it('are not known where no worker wrote', () => {
    expect(lastSum([], lastOf(new Set()))).toBeUndefined();
  });
});

it('how far the data is behind is not known at the end where nobody told it then', () => {
  const lag = (points: [number, number][]) => [gauge({ source: 'sample' }, points)];
  const both: [number, number][] = [
    [FIRST, 3],
    [LAST, 1],
  ];
  expect(lagFacts(lag(both), lastOf(new Set([LAST, FIRST])))).toEqual([
    { source: 'sample', last: 1, largest: 3 },
  ]);
  expect(lagFacts(lag([[FIRST, 3]]), LAST)).toEqual([{ source: 'sample', last: null, largest: 3 }]);
});

const NOTHING = {
  databaseBytes: [],
  ...{ volumeBytes: [], volumeAvailableBytes: [] },
  ...{ filesystemBytes: [], availableBytes: [] },
};

it('what was given up is neither served nor failed', () => {
  const requests = (status_class: string, count: number) => gauge({ status_class }, [[LAST, count]]);
  const windows = serverWindows({
    health: [gauge({ component: 'api' }, [[LAST, 1]])],
    requests: [requests('2xx', 90), requests('5xx', 3), requests('aborted', 7)],
    buckets: [],
  });
  expect(windows.get(LAST)).toMatchObject({ requests: 93, failed: 3, aborted: 7 });
});

it('the volume of the database is told beside the database', () => {
  const facts = storageFacts({
    ...NOTHING,
    databaseBytes: [gauge({ role: 'worker' }, [[LAST, 30]])],
    volumeBytes: ['one', 'other'].map((instance) => gauge({ instance }, [[LAST, 100]])),
    volumeAvailableBytes: [
      gauge({ instance: 'one' }, [[LAST, 40]]),
      gauge({ instance: 'other' }, [[LAST, 39]]),
    ],
  });
  expect(facts).toEqual([
    { name: 'database', used: [[LAST, 30]], sizeBytes: undefined, availableBytes: undefined },
    { name: 'volume of the database', used: [[LAST, 61]], sizeBytes: 100, availableBytes: 39 },
  ]);
});

describe('disks of several processes', () => {
  const labels = { mount: '/data', role: 'worker' };

  it('speak by the one that is nearly full, also where they are rolled up', () => {
    const rolledUp = (value: number, smallest: number, largest: number): HistorySeries[] => [
      {
        kind: 'gauge',
        labels,
        points: [{ at: LAST, value, smallest, largest, samples: 40, total: 2 * value, seconds: 300 }],
      },
    ];
    const sizes = rolledUp(100, 100, 100);
    const free = rolledUp(45, 5, 90);
    expect(storageFacts({ ...NOTHING, filesystemBytes: sizes, availableBytes: free })).toEqual([
      { name: '/data of worker', used: [[LAST, 95]], sizeBytes: 100, availableBytes: 5 },
    ]);
  });

  it('are not mixed where they differ in size', () => {
    const of = (instance: string, bytes: number) => gauge({ ...labels, instance }, [[LAST, bytes]]);
    const filesystemBytes = [of('small', 100), of('large', 500)];
    const availableBytes = [of('small', 20), of('large', 400)];
    expect(storageFacts({ ...NOTHING, filesystemBytes, availableBytes })).toEqual([
      { name: '/data of worker', used: [[LAST, 80]], sizeBytes: 100, availableBytes: 20 },
    ]);
  });
});
