import type { Tone } from '../page/page.ts';

/** Numbers of a drawing: a hundredth of a unit is seen by nobody. */
const n = (value: number): string => String(Math.round(value * 100) / 100);

/** A span of equal states, as shares of the width. */
export interface Run {
  readonly tone: Tone;
  readonly from: number;
  readonly to: number;
}

/** Neighbours that are the same become one: two shapes side by side would show a seam. */
export function runsOf(tones: readonly Tone[]): Run[] {
  const runs: Run[] = [];
  for (const [index, tone] of tones.entries()) {
    const [from, to] = [index / tones.length, (index + 1) / tones.length];
    const last = runs.at(-1);
    if (last?.tone === tone) runs[runs.length - 1] = { ...last, to };
    else runs.push({ tone, from, to });
  }
  return runs;
}

type Values = readonly (number | null)[];

/** Path of SVG with a bar for each value, from the lower edge up; what is more than 0 is at least seen. */
export function barPath(values: Values, max: number, width: number, height: number): string {
  const step = width / values.length;
  return values
    .map((value, index) => {
      if (value === null || value <= 0) return '';
      const tall = Math.max((value / max) * height, height / 100);
      return `M${n(index * step + step * 0.1)} ${n(height)}v${n(-tall)}h${n(step * 0.8)}v${n(tall)}z`;
    })
    .join('');
}

/** Path of SVG through the middle of each step; it is broken where nothing is known. */
export function linePath(values: Values, max: number, width: number, height: number): string {
  const step = width / values.length;
  let isDrawing = false;
  return values
    .map((value, index) => {
      if (value === null) {
        isDrawing = false;
        return '';
      }
      const point = `${n((index + 0.5) * step)} ${n(height - (value / max) * height)}`;
      // A value between two gaps would else be a line without length.
      const isAlone = !isDrawing && (values[index + 1] ?? null) === null;
      const text = isDrawing ? `L${point}` : `M${point}${isAlone ? `h${n(step / 4)}` : ''}`;
      isDrawing = true;
      return text;
    })
    .join('');
}
