import { expect, it } from 'vitest';
import { OutageWatch } from './outage-watch.ts';

const MINUTE_MS = 60_000;

/** Looks every five seconds at what is down where `isDown` says so; all spans that are over. */
function spansOf(minutes: number, isDown: (at: number) => boolean, responseTimeMs = 0) {
  const watch = new OutageWatch();
  for (let at = 0; at <= minutes * MINUTE_MS; at += 5_000)
    watch.see({ status: isDown(at) ? 'down' : 'up', checkedAt: new Date(at), responseTimeMs });
  const spans = [];
  for (let span = watch.over; span !== undefined; span = watch.over) {
    spans.push(span);
    watch.kept(span);
  }
  return spans;
}

it('leaves healthy time out, however often the database goes and comes back', () => {
  // A minute down and four up, for two hours.
  const spans = spansOf(121, (at) => at < 120 * MINUTE_MS && at % (5 * MINUTE_MS) < MINUTE_MS);
  expect(spans).toHaveLength(24);
  expect(spans.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(24 * 55_000);
});

it('begins when the first look that had no answer was begun', () => {
  expect(spansOf(5, (at) => at >= MINUTE_MS && at < 3 * MINUTE_MS, 5_000)).toEqual([
    { from: MINUTE_MS - 5_000, to: 3 * MINUTE_MS - 5_000 },
  ]);
});

it('says nothing of an outage that is not over', () => {
  expect(spansOf(5, (at) => at >= MINUTE_MS)).toEqual([]);
});

it('takes no start of a process, which has no connection at first, for an outage', () => {
  expect(spansOf(5, (at) => at === 0, 3)).toEqual([]);
  expect(spansOf(5, (at) => at === 0 || at === MINUTE_MS, 3)).toEqual([
    { from: MINUTE_MS - 3, to: MINUTE_MS },
  ]);
});

it('knows of an outage within which the process began', () => {
  expect(spansOf(5, (at) => at < 2 * MINUTE_MS)).toEqual([{ from: 0, to: 2 * MINUTE_MS - 5_000 }]);
});
