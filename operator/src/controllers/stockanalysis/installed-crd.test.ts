import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { schemaHash } from '../../api/index.ts';
import { silentLog, type Client } from '../../kube/index.ts';
import { FakeClock } from '../../runtime/testing/fake-clock.ts';
import { InstalledCRD } from './installed-crd.ts';

interface Rig {
  readonly crd: InstalledCRD;
  readonly clock: FakeClock;
  readonly asked: () => number;
}

/** What the API server answers, one after the other; an Error is thrown. */
function crdWith(answers: readonly unknown[]): Rig {
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

const ours = { description: `Schema hash: ${schemaHash()}` };
const other = { description: 'nothing of ours' };

describe('the installed CRD', () => {
  let stop: AbortController;
  let running: Promise<void>;
  let changes: number;

  beforeEach(() => {
    stop = new AbortController();
    changes = 0;
  });

  afterEach(async () => {
    stop.abort();
    await running;
  });

  /** Looks once as a start does, and from then on by itself. */
  async function start(answers: readonly unknown[]): Promise<Rig> {
    const rig = crdWith(answers);
    await rig.crd.check(stop.signal);
    running = rig.crd.recheck(stop.signal, () => (changes += 1));
    return rig;
  }

  it('that is the right one is looked at each hour', async () => {
    const { crd, clock, asked } = await start([ours, ours, other, other]);
    await clock.advance(3_599_000);
    expect(asked()).toBe(1);
    await clock.advance(1_100);
    expect([crd.isOutdated, asked()]).toEqual([false, 2]);
    // Somebody puts an old one in its place: believed when it was seen twice.
    await clock.advance(3_600_100);
    await clock.advance(5_100);
    expect([crd.isOutdated, changes]).toEqual([true, 1]);
  });

  it('is outdated until the chart has brought the new one, and every change is told', async () => {
    const { crd, clock } = await start([other, other, other, ours]);
    expect(crd.isOutdated).toBe(false);
    await clock.advance(5_100);
    expect([crd.isOutdated, changes]).toEqual([true, 1]);
    await clock.advance(10_100);
    expect([crd.isOutdated, changes]).toEqual([true, 1]);
    await clock.advance(20_100);
    expect([crd.isOutdated, changes]).toEqual([false, 2]);
  });

  it.each([
    ['is not published yet', undefined],
    ['could not be read', new Error('no API server')],
    ['is published in its former state', other],
  ])('that %s right after the start is no news', async (_, first) => {
    const { crd, clock, asked } = await start([first, ours]);
    await clock.advance(5_100);
    expect([crd.isOutdated, asked(), changes]).toEqual([false, 2, 0]);
  });

  it('stays outdated while nobody can say anything else', async () => {
    const { crd, clock } = await start([other, other, new Error('time-out'), undefined, other]);
    for (const pause of [5_100, 10_100, 20_100, 60_100]) await clock.advance(pause);
    expect([crd.isOutdated, changes]).toEqual([true, 1]);
  });

  it('that cannot be read is looked at every five minutes', async () => {
    const { clock, asked } = await start([undefined]);
    for (const pause of [5_100, 10_100, 20_100, 60_100]) await clock.advance(pause);
    expect(asked()).toBe(5);
    for (let turn = 0; turn < 12; turn += 1) await clock.advance(300_100);
    expect(asked()).toBe(17);
  });
});
