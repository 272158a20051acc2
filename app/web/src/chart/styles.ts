import type { CandlestickSeriesPartialOptions } from 'lightweight-charts';
import type { Bar } from '../api.ts';
import type { Palette } from './palette.ts';

type Sides = Pick<Palette, 'up' | 'down'>;

/** Body, border and wick in one colour; what rises has the palette's `up`, which is red here as on Chinese terminals. */
export function candleStyle({ up, down }: Sides): CandlestickSeriesPartialOptions {
  return {
    upColor: up,
    wickUpColor: up,
    borderUpColor: up,
    downColor: down,
    wickDownColor: down,
    borderDownColor: down,
  };
}

/** A volume has the colour of its candle; one that closes where it opened counts as risen, as it does there. */
export const volumeColor = ({ open, close }: Pick<Bar, 'open' | 'close'>, { up, down }: Sides): string =>
  Number(close) >= Number(open) ? up : down;

export const histogramColor = (value: number, { up, down }: Sides): string => (value >= 0 ? up : down);
