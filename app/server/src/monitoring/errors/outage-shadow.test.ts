import { describe, expect, it } from 'vitest';
import { OutageShadow } from './outage-shadow.ts';

const MINUTE = 60_000;
const NOON = Date.parse('2026-11-27T04:00:00Z');

describe('the shadow of an outage', () => {
  it('is nowhere where there was none', () => {
    expect(new OutageShadow().covers(NOON)).toBe(false);
  });

  it('is not over a start, which waits for the database', () => {
    const shadow = new OutageShadow();
    shadow.found(false, NOON);
    expect(shadow.covers(NOON)).toBe(false);
    shadow.found(true, NOON + 1000);
    shadow.found(false, NOON + 10 * MINUTE);
    expect([NOON, NOON + 10 * MINUTE].map((at) => shadow.covers(at))).toEqual([false, true]);
  });

  it('is the outage and a minute around it', () => {
    const shadow = new OutageShadow();
    for (let second = 0; second <= 300; second += 5) shadow.sign(NOON + second * 1000);
    const covered = [-61, -60, 0, 150, 300, 360, 361].map((second) => shadow.covers(NOON + second * 1000));
    expect(covered).toEqual([false, true, true, true, true, true, false]);
  });

  it('of a later one leaves the time between them alone', () => {
    const shadow = new OutageShadow();
    shadow.sign(NOON);
    shadow.sign(NOON + 10 * MINUTE);
    expect(shadow.covers(NOON + 5 * MINUTE)).toBe(false);
    expect(shadow.covers(NOON + 9.5 * MINUTE)).toBe(true);
  });
});
