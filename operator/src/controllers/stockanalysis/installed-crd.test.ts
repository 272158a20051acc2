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

  it('is outdated until the chart has brought the new one', async () => {
    const { crd, clock } = crdWith([other, ours]);
    await crd.check(forever);
    expect(crd.isOutdated).toBe(true);
    let changes = 0;
    const done = crd.recheck(forever, () => (changes += 1));
    await clock.advance(61_000);
    await done;
    expect([crd.isOutdated, changes]).toEqual([false, 1]);
  });

  it('that could not be read at first is looked at again', async () => {
    const { crd, clock } = crdWith([new Error('no API server'), other, ours]);
    await crd.check(forever);
    expect(crd.isOutdated).toBe(false);
    let changes = 0;
    const done = crd.recheck(forever, () => (changes += 1));
    await clock.advance(61_000);
    expect([crd.isOutdated, changes]).toEqual([true, 1]);
    await clock.advance(61_000);
    await done;
    expect([crd.isOutdated, changes]).toEqual([false, 2]);
  });
});
