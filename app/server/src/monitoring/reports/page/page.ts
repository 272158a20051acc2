import type { Verdict } from '../model/verdict.ts';

/** What a reader's eye is led by; `plain` is nothing special, `none` nothing known. */
export type Tone = 'plain' | 'good' | 'attention' | 'bad' | 'none';

export interface Figure {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
  readonly tone?: Tone;
}

export interface Column {
  readonly title: string;
  readonly align?: 'right';
  /** Its texts stay on one line on a screen, as those that are aligned to the right do. */
  readonly isShort?: boolean;
  /** Share of the width on paper; those of a table add up to 1. */
  readonly width: number;
}

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

/** Values of equal steps, the oldest first; null: nothing is known. */
export type ChartSeries =
  | { readonly kind: 'bars' | 'line'; readonly tone: Tone; readonly values: readonly (number | null)[] }
  | { readonly kind: 'states'; readonly tones: readonly Tone[] };

export interface Chart {
  readonly kind: 'chart';
  readonly title: string;
  /** The same in words, for who does not see it and for mail programs that show no drawings. */
  readonly summary: string;
  readonly series: readonly ChartSeries[];
  /** Value at the upper edge, and how it is written. */
  readonly max: number;
  readonly maxLabel?: string;
  /** Along the lower edge, 0 to 1. */
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

export interface Table {
  readonly kind: 'table';
  /** What it is about, for who does not see it. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'figures'; readonly figures: readonly Figure[] }
  | Chart
  | Table;

/** A report in words and drawings, whatever it is shown as. All texts are plain: renderers escape. */
export interface Page {
  readonly title: string;
  readonly subtitle: string;
  readonly verdict: Verdict;
  readonly blocks: readonly Block[];
}
