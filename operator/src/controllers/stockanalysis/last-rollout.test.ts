import { describe, expect, it } from 'vitest';
import type { LastRollout } from '../../policies/index.ts';
import { decodeLast, encodeLast, textOfLast } from './last-rollout.ts';

const last: LastRollout = {
  asked: { spec: { suspend: false }, images: { app: 'app:1' }, credentials: { bootstrap: 1 } },
  template: { spec: { containers: [{ name: 'server', image: 'app:1' }] } },
};

describe('the annotation', () => {
  it('holds all of it, and stays as it is while it says the same', () => {
    const text = encodeLast(last);
    expect(decodeLast(text)).toEqual(last);
    const elsewhere = `${text}\n`;
    expect(textOfLast(last, elsewhere)).toBe(elsewhere);
    expect(textOfLast({ ...last, asked: { ...last.asked, rollout: '1' } }, text)).not.toBe(text);
  });

  it.each([undefined, '', 'nonsense', encodeLast(last).slice(0, -8), 'eJyrVqquBQAEGQF1'])(
    'counts as absent where it reads %s',
    (text) => {
      expect(decodeLast(text)).toBeUndefined();
    },
  );
});
