import { describe, expect, it } from 'vitest';
import css from '../styles.css?raw';
import { candleStyle, histogramColor, volumeColor } from './styles.ts';

const sides = { up: 'up', down: 'down' };

describe('the colours of the chart', () => {
  it('paint every part of a candle by its side', () => {
    const style = candleStyle(sides);
    expect(Object.entries(style).filter(([name]) => name.toLowerCase().includes('up'))).toEqual([
      ['upColor', 'up'],
      ['wickUpColor', 'up'],
      ['borderUpColor', 'up'],
    ]);
    expect(Object.entries(style).filter(([name]) => name.toLowerCase().includes('down'))).toEqual([
      ['downColor', 'down'],
      ['wickDownColor', 'down'],
      ['borderDownColor', 'down'],
    ]);
  });

  it.each([
    ['9.79', '9.81', 'up'],
    ['9.81', '9.79', 'down'],
    ['9.81', '9.81', 'up'],
    // As text 9.81 would be the greater one.
    ['9.81', '10.05', 'up'],
  ])('paint the volume of a bar from %s to %s %s', (open, close, side) => {
    expect(volumeColor({ open, close }, sides)).toBe(side);
  });

  it.each([
    [0.1, 'up'],
    [0, 'up'],
    [-0.1, 'down'],
  ])('paint a MACD bar of %d %s', (value, side) => expect(histogramColor(value, sides)).toBe(side));

  it('are red for up and green for down, in the light and in the dark scheme', () => {
    const channels = (name: string): number[][] =>
      [...css.matchAll(new RegExp(`--${name}: #(\\w{2})(\\w{2})(\\w{2});`, 'g'))].map(([, ...hex]) =>
        hex.map((part) => Number.parseInt(part, 16)),
      );
    const [ups, downs] = [channels('up'), channels('down')];
    expect([ups.length, downs.length]).toEqual([2, 2]);
    for (const [red = 0, green = 0, blue = 0] of ups) expect(red).toBeGreaterThan(2 * Math.max(green, blue));
    for (const [red = 0, green = 0, blue = 0] of downs)
      expect(green).toBeGreaterThan(Math.max(2 * red, blue));
  });
});
