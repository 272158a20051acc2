import { describe, expect, it } from 'vitest';
import { type Asked, dutyAt, type Standing } from './duty.ts';
import { USUAL_PATIENCE } from './line/patience.ts';

/** The database answered last at 0 s, and asking began at 10 s. */
const SECOND = 1_000;
const asked = (seconds: Partial<Record<'heardAt' | 'tellsAt', number>> = {}, isEverybody = true): Asked => ({
  since: 10 * SECOND,
  isEverybody,
  heardAt: seconds.heardAt === undefined ? undefined : seconds.heardAt * SECOND,
  tellsAt: seconds.tellsAt === undefined ? undefined : seconds.tellsAt * SECOND,
});
/** The first second at which it would speak. */
function speaksAt(standing: Partial<Standing>): number | undefined {
  for (let second = 0; second <= 600; second += 1) {
    const given = { heldLast: false, answeredAt: 0, asked: undefined, ...standing };
    if (dutyAt(second * SECOND, given, USUAL_PATIENCE) === 'alone') return second;
  }
  return undefined;
}

describe('what a worker has to do about alerts on the database', () => {
  it('is to tell, where it led when the database answered last', () => {
    const standing = { heldLast: true, answeredAt: 0, asked: asked({ heardAt: 590, tellsAt: 590 }) };
    expect(dutyAt(600 * SECOND, standing, USUAL_PATIENCE)).toBe('leads');
  });

  it.each<[string, Partial<Standing>, number]>([
    ['it knows of nobody before it', {}, 120],
    ['it began while the database was silent, and knows nobody', { heldLast: undefined }, 120],
    ['nobody before it ever answered', { asked: asked() }, 40],
    ['those before it answered until a moment', { asked: asked({ heardAt: 70, tellsAt: 70 }) }, 100],
    ['one of them cannot be asked', { asked: asked({}, false) }, 130],
    ['one cannot be asked, another one answered', { asked: asked({ heardAt: 70, tellsAt: 70 }, false) }, 190],
    ['they are there and never see the trouble', { asked: asked({ heardAt: 600 }) }, 130],
    [
      'it evaluated minutes before that, and nobody tells',
      { answeredAt: -300 * SECOND, asked: asked({ heardAt: 600 }) },
      130,
    ],
    ['they are there and stopped to tell', { asked: asked({ heardAt: 600, tellsAt: 100 }) }, 220],
  ])('is to speak, where %s: %o, after %i s', (_, standing, expected) => {
    expect(speaksAt(standing)).toBe(expected);
  });

  it('is to look on for as long as one before it tells', () => {
    for (let second = 0; second <= 3_600; second += 5) {
      const standing = {
        heldLast: false,
        answeredAt: 0,
        asked: asked({ heardAt: second - 10, tellsAt: second - 10 }),
      };
      expect(dutyAt(second * SECOND, standing, USUAL_PATIENCE)).toBe('looks-on');
    }
  });
});
