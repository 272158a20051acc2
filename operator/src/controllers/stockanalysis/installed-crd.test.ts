import { describe, expect, it } from 'vitest';
import { schemaHash } from '../../api/index.ts';
import { silentLog, type Client } from '../../kube/index.ts';
import { FakeClock } from '../../runtime/testing/fake-clock.ts';
import { InstalledCRD } from './installed-crd.ts';

/** What the API server answers, one after the other; an Error is thrown. */
function crdWith(answers: readonly unknown[]): { crd: InstalledCRD; clock: FakeClock; asked: () => number } {
  const clock = new FakeClock();
  let count = 0;
  const getRaw = async (): Promise<unknown> => {
    const answer = answers[Math.min(count, answers.length - 1)];
    count += 1;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const client = { getRaw } as unknown as Client;
  return { crd: new InstalledCRD({ client, log: silentLog, clock }), clock, asked: () => count };
}

const noChange = (): never => {
  throw new Error('nothing has changed');
};
const forever = new AbortController().signal;
const ours = { description: `Schema hash: ${schemaHash()}` };
const other = { description: 'nothing of ours' };

describe('the installed CRD', () => {
  it('is the right one: looked at once', async () => {
    const { crd, asked } = crdWith([ours]);
    await crd.check(forever);
    await crd.recheck(forever, noChange);
    expect([crd.isOutdated, asked()]).toEqual([false, 1]);
  });

  it('is outdated until the chart has brought the new one, and every change is told', async () => {
    const { crd, clock } = crdWith([other, other, other, ours]);
    await crd.check(forever);
    expect(crd.isOutdated).toBe(false);
    let changes = 0;
    const done = crd.recheck(forever, () => (changes += 1));
    await clock.advance(5_100);
    expect([crd.isOutdated, changes]).toEqual([true, 1]);
    await clock.advance(10_100);
    expect([crd.isOutdated, changes]).toEqual([true, 1]);
    await clock.advance(20_100);
    await done;
    expect([crd.isOutdated, changes]).toEqual([false, 2]);
  });

  it.each([
    ['is not published yet', undefined],
    ['could not be read', new Error('no API server')],
    ['is published in its former state', other],
  ])('that %s right after the start is no news', async (_, first) => {
    const { crd, clock, asked } = crdWith([first, ours]);
    await crd.check(forever);
    expect(crd.isOutdated).toBe(false);
    const done = crd.recheck(forever, noChange);
    await clock.advance(5_100);
    await done;
    expect([crd.isOutdated, asked()]).toEqual([false, 2]);
  });

  it('is looked at every five minutes for as long as it is not there', async () => {
    const { crd, clock, asked } = crdWith([undefined]);
    await crd.check(forever);
    const stop = new AbortController();
    const done = crd.recheck(stop.signal, noChange);
    for (const pause of [5_100, 10_100, 20_100, 60_100]) await clock.advance(pause);
    expect(asked()).toBe(5);
    for (let hour = 0; hour < 12; hour += 1) await clock.advance(300_100);
    expect(asked()).toBe(17);
    stop.abort();
    await done;
  });
});
