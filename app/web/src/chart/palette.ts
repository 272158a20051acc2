import type { SeriesColor } from './columns.ts';

/** The page's colours for the canvas, which cannot read CSS by itself. */
export interface Palette {
  readonly up: string;
  readonly down: string;
  readonly text: string;
  readonly grid: string;
  readonly background: string;
  readonly series: Readonly<Record<SeriesColor, string>>;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    up: color('up'),
    down: color('down'),
    text: color('minor'),
    grid: color('grid'),
    background: color('surface'),
    series: { a: color('series-a'), b: color('series-b'), c: color('series-c'), d: color('series-d') },
  };
}
