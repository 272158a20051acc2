import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../kube/index.ts';
import { FakeClock } from '../../runtime/testing/fake-clock.ts';
import { startHarness, type Harness } from '../../runtime/testing/harness.ts';
import { Leftovers } from './leftovers.ts';

const forever = new AbortController().signal;
const object = (name: string): KubeObject => ({
  apiVersion: 'stockanalysis.dev/v1alpha1',
  kind: 'StockAnalysis',
  metadata: { name, namespace: 'a', uid: name, resourceVersion: '1' },
});

let harness: Harness;
let clock: FakeClock;
let leftovers: Leftovers;

beforeEach(async () => {
  harness = await startHarness();
  clock = new FakeClock();
  leftovers = new Leftovers(harness.client, clock);
});

afterEach(() => harness.close());

const lists = (): number => harness.server.requests.length;

describe('what earlier objects left behind', () => {
  it('is listed once for all objects that were known before the list began', async () => {
    for (const name of ['one', 'two', 'three']) leftovers.heardOf(object(name));
    clock.advanceSync(1);
    await Promise.all(['one', 'two', 'three'].map((name) => leftovers.claims(object(name), forever)));
    expect(lists()).toBe(1);
  });

  it('is listed anew for an object that appeared later, and when the list is old', async () => {
    leftovers.heardOf(object('one'));
    await leftovers.claims(object('one'), forever);
    clock.advanceSync(1);
    leftovers.heardOf(object('two'));
    clock.advanceSync(1);
    await leftovers.claims(object('two'), forever);
    expect(lists()).toBe(2);
    await leftovers.claims(object('one'), forever);
    expect(lists()).toBe(2);
    clock.advanceSync(10_000);
    await leftovers.claims(object('one'), forever);
    expect(lists()).toBe(3);
  });

  it('does not keep a visit that is over, and a list that failed serves nobody', async () => {
    const over = AbortSignal.abort(new Error('over'));
    await expect(leftovers.claims(object('one'), over)).rejects.toThrow('over');
    await harness.close();
    await expect(leftovers.claims(object('two'), forever)).rejects.toThrow('persistentvolumeclaims');
  });
});
