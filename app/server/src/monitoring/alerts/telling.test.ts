import { describe, expect, it } from 'vitest';
import type { Episode } from './lifecycle.ts';
import { type Told, tellingOf } from './telling.ts';

const TIMING = { forSeconds: 60, cooldownSeconds: 900, escalateAfterSeconds: 1_800 };
const SECOND = 1_000;

const episode = (state: Episode['state'], more: Partial<Episode> = {}): Episode => ({
  ...{ state, pendingSince: 0, firedAt: 0, seenAt: 0, reopened: 0, flaps: 0 },
  ...more,
});
const untold: Told = { told: 'nothing', transition: 0 };
const calm = { before: undefined, now: 0, isSilenced: false, isInhibited: false };
const firing = episode('firing');

describe('what people are told', () => {
  it('tells once that an alert fires, and once that it is over', () => {
    const first = tellingOf(firing, untold, TIMING, calm);
    expect(first).toMatchObject({ tell: 'firing', told: { told: 'firing', transition: 1 } });
    const second = tellingOf(firing, first.told, TIMING, { ...calm, before: firing, now: 15 * SECOND });
    expect(second).toEqual({ told: first.told });
    const end = tellingOf(episode('resolved'), first.told, TIMING, { ...calm, before: firing });
    expect(end).toMatchObject({ tell: 'resolved', told: { told: 'resolved', transition: 2 } });
    expect(tellingOf(episode('resolved'), end.told, TIMING, calm)).toEqual({ told: end.told });
  });

  it('says nothing of what is pending, and nothing of the end of what was never told', () => {
    expect(tellingOf(episode('pending'), untold, TIMING, calm)).toEqual({ told: untold });
    expect(tellingOf(episode('resolved'), untold, TIMING, calm)).toEqual({ told: untold });
  });

  it('keeps quiet about what begins under a silence, counts it once, and tells it when the silence is over', () => {
    const silenced = { ...calm, isSilenced: true };
    const first = tellingOf(firing, untold, TIMING, silenced);
    expect(first).toEqual({ told: untold, heldBy: 'silenced', suppressed: 'silenced' });
    expect(tellingOf(firing, untold, TIMING, { ...silenced, before: firing })).toEqual({
      told: untold,
      heldBy: 'silenced',
    });
    expect(tellingOf(firing, untold, TIMING, { ...calm, before: firing })).toMatchObject({ tell: 'firing' });
  });

  it('does not tell the beginning of what is about to end, whatever kept it quiet so far', () => {
    const ending = episode('firing', { clearSince: 50 * SECOND });
    const later = { ...calm, before: ending, now: 60 * SECOND };
    expect(tellingOf(ending, untold, TIMING, later)).toEqual({ told: untold });
    expect(tellingOf(firing, untold, TIMING, later)).toMatchObject({ tell: 'firing' });
  });

  it('tells the end of what people were told under a silence, too, and what comes back only after that', () => {
    const told: Told = { told: 'firing', toldFiringAt: 0, transition: 1 };
    const silenced = { ...calm, isSilenced: true, now: 10_000 * SECOND };
    const end = tellingOf(episode('resolved'), told, TIMING, silenced);
    expect(end).toEqual({ tell: 'resolved', told: { ...told, told: 'resolved', transition: 2 } });
    expect(tellingOf(firing, end.told, TIMING, silenced)).toEqual({
      told: end.told,
      heldBy: 'silenced',
      suppressed: 'silenced',
    });
    expect(tellingOf(episode('resolved'), end.told, TIMING, silenced)).toEqual({ told: end.told });
  });

  it('waits with what comes back within the cool-down, and then tells it', () => {
    const told: Told = { told: 'resolved', toldFiringAt: 0, transition: 2 };
    const again = { ...calm, before: episode('pending'), now: 899 * SECOND };
    const back = episode('firing', { pendingSince: 700 * SECOND });
    expect(tellingOf(back, told, TIMING, again)).toEqual({
      told,
      heldBy: 'cooldown',
      suppressed: 'cooldown',
    });
    expect(tellingOf(back, told, TIMING, { ...calm, before: back, now: 900 * SECOND })).toMatchObject({
      tell: 'firing',
      told: { transition: 3 },
    });
  });

  it('waits twice as long with each time that an alert came back, up to sixteen times', () => {
    const told: Told = { told: 'resolved', toldFiringAt: 0, transition: 2 };
    const tellsAt = (reopened: number, seconds: number): boolean =>
      tellingOf(episode('firing', { reopened, pendingSince: (seconds - 120) * SECOND }), told, TIMING, {
        ...calm,
        now: seconds * SECOND,
      }).tell === 'firing';
    for (const [reopened, seconds] of [
      [0, 900],
      [1, 1_800],
      [4, 14_400],
      [9, 14_400],
    ] as const) {
      expect(tellsAt(reopened, seconds - 1)).toBe(false);
      expect(tellsAt(reopened, seconds)).toBe(true);
    }
  });

  it.each([
    { forSeconds: 60, lasts: 900 },
    { forSeconds: 1_200, lasts: 1_200 },
  ])('tells what lasts, however often it came back before ($lasts s with for $forSeconds s)', (one) => {
    const told: Told = { told: 'resolved', toldFiringAt: 0, transition: 2 };
    const back = episode('firing', { reopened: 9, pendingSince: 500 * SECOND });
    const at = (seconds: number) =>
      tellingOf(
        back,
        told,
        { ...TIMING, forSeconds: one.forSeconds },
        {
          ...{ ...calm, before: back, now: (500 + seconds) * SECOND },
        },
      );
    expect(at(one.lasts - 1)).toEqual({ told, heldBy: 'cooldown' });
    expect(at(one.lasts)).toMatchObject({ tell: 'firing', told: { transition: 3 } });
  });

  it('counts what flaps between the bounds of one alert', () => {
    const told: Told = { told: 'firing', toldFiringAt: 0, transition: 1 };
    const flapped = episode('firing', { flaps: 3 });
    expect(
      tellingOf(flapped, told, TIMING, { ...calm, before: episode('firing', { flaps: 2 }) }),
    ).toMatchObject({ suppressed: 'flapping' });
    expect(tellingOf(flapped, told, TIMING, { ...calm, before: flapped })).toEqual({ told });
  });

  it('escalates what came back anew, whoever looked after it before', () => {
    const told: Told = {
      told: 'resolved',
      toldFiringAt: 0,
      escalatedAt: 10,
      transition: 3,
      acknowledgedAt: 5,
    };
    const again = episode('firing', { pendingSince: 1_000 * SECOND, reopened: 1 });
    const first = tellingOf(again, told, TIMING, {
      ...calm,
      before: episode('pending'),
      now: 1_800 * SECOND,
    });
    expect(first).toMatchObject({ tell: 'firing', told: { transition: 4 } });
    expect(first.told.escalatedAt).toBeUndefined();
    const late = { ...calm, before: again, now: 3_600 * SECOND };
    expect(tellingOf(again, first.told, TIMING, late)).toMatchObject({ tell: 'escalated' });
    const seen = { ...first.told, acknowledgedAt: 1_900 * SECOND };
    expect(tellingOf(again, seen, TIMING, late)).toEqual({ told: seen });
  });

  it('escalates once what nobody acknowledged, and not what somebody did', () => {
    const told: Told = { told: 'firing', toldFiringAt: 0, transition: 1 };
    const late = { ...calm, before: firing, now: 1_800 * SECOND };
    const escalated = tellingOf(firing, told, TIMING, late);
    expect(escalated).toMatchObject({ tell: 'escalated', told: { transition: 2, told: 'firing' } });
    expect(tellingOf(firing, escalated.told, TIMING, late)).toEqual({ told: escalated.told });
    const acknowledged = { ...told, acknowledgedAt: 5 };
    expect(tellingOf(firing, acknowledged, TIMING, late)).toEqual({ told: acknowledged });
    expect(tellingOf(firing, told, TIMING, { ...late, now: 1_799 * SECOND })).toEqual({ told });
    expect(tellingOf(firing, told, { ...TIMING, escalateAfterSeconds: 0 }, late)).toEqual({ told });
  });

  it('does not count as told what no channel carries, and tells it when there is one', () => {
    const unheard = { ...calm, isUnheard: true };
    expect(tellingOf(firing, untold, TIMING, unheard)).toEqual({
      told: untold,
      heldBy: 'no-channel',
      suppressed: 'no-channel',
    });
    expect(tellingOf(firing, untold, TIMING, { ...unheard, before: firing })).toEqual({
      told: untold,
      heldBy: 'no-channel',
    });
    expect(tellingOf(firing, untold, TIMING, { ...calm, before: firing })).toMatchObject({ tell: 'firing' });
    const told: Told = { told: 'firing', toldFiringAt: 0, transition: 1 };
    const late = { ...unheard, before: firing, now: 1_800 * SECOND };
    // It would be escalated.
    expect(tellingOf(firing, told, TIMING, late)).toEqual({ told, heldBy: 'no-channel' });
    expect(tellingOf(episode('resolved'), told, TIMING, { ...late })).toEqual({
      told: { ...told, told: 'nothing' },
      heldBy: 'no-channel',
      suppressed: 'no-channel',
    });
  });

  it('does not tell what another alert explains, until that is over', () => {
    const inhibited = { ...calm, isInhibited: true };
    expect(tellingOf(firing, untold, TIMING, inhibited)).toEqual({
      told: untold,
      heldBy: 'inhibited',
      suppressed: 'inhibited',
    });
    expect(tellingOf(firing, untold, TIMING, { ...calm, before: firing })).toMatchObject({ tell: 'firing' });
  });
});
