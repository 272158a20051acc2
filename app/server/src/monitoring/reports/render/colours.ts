import type { Tone } from '../page/page.ts';

/** Of text and drawings; each is read on its ground with a contrast of 4.5 : 1 at least, but `none`, which is no text. */
export interface Palette extends Readonly<Record<Tone, string>> {
  /** Areas of drawings may be lighter than text. */
  readonly area: Readonly<Record<Tone, string>>;
  readonly ground: string;
  readonly panel: string;
  readonly line: string;
  readonly ink: string;
  readonly muted: string;
}

export const LIGHT: Palette = {
  ground: '#ffffff',
  panel: '#f6f8fa',
  line: '#d1d9e0',
  ink: '#1f2328',
  muted: '#59636e',
  plain: '#0969da',
  good: '#1a7f37',
  attention: '#9a6700',
  bad: '#cf222e',
  none: '#c8d1da',
  area: { plain: '#0969da', good: '#2da44e', attention: '#e0a526', bad: '#cf222e', none: '#c8d1da' },
};

export const DARK: Palette = {
  ground: '#0d1117',
  panel: '#151b23',
  line: '#3d444d',
  ink: '#f0f6fc',
  muted: '#9198a1',
  plain: '#4493f8',
  good: '#3fb950',
  attention: '#d29922',
  bad: '#f85149',
  none: '#3d444d',
  area: { plain: '#4493f8', good: '#3fb950', attention: '#d29922', bad: '#f85149', none: '#3d444d' },
};
