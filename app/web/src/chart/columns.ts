import type { Overlay, Pane } from '../state.ts';

/** What the panes are called, with the parameters that the server computes them with. */
export const TITLES: Readonly<Record<Pane, string>> = {
  MACD: 'MACD(12,26,9)',
  KDJ: 'KDJ(9,3,3)',
  RSI: 'RSI(6,12,24)',
};
export const VOLUME_TITLE = '成交量';

export type SeriesColor = 'a' | 'b' | 'c' | 'd';

/** One indicator column that is drawn, and which of the palette's series colours it has. */
export interface Column {
  readonly name: string;
  readonly color: SeriesColor;
  readonly histogram?: true;
}

export const OVERLAY_COLUMNS: Readonly<Record<Overlay, readonly Column[]>> = {
  MA: [
    { name: 'MA5', color: 'a' },
    { name: 'MA10', color: 'b' },
    { name: 'MA20', color: 'c' },
    { name: 'MA60', color: 'd' },
  ],
  BOLL: [
    { name: 'BOLL', color: 'a' },
    { name: 'BOLL_UP', color: 'b' },
    { name: 'BOLL_LOW', color: 'c' },
  ],
};

export const COLUMNS: Readonly<Record<Pane, readonly Column[]>> = {
  MACD: [
    { name: 'DIF', color: 'a' },
    { name: 'DEA', color: 'b' },
    { name: 'MACD', color: 'c', histogram: true },
  ],
  KDJ: [
    { name: 'K', color: 'a' },
    { name: 'D', color: 'b' },
    { name: 'J', color: 'c' },
  ],
  RSI: [
    { name: 'RSI6', color: 'a' },
    { name: 'RSI12', color: 'b' },
    { name: 'RSI24', color: 'c' },
  ],
};
