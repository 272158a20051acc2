/** Finer than any tick, coarse enough to hide the noise of binary fractions. */
const SCALE = 1e6;

/** A computed number as it is answered: to 6 decimals. */
export function rounded(value: number): number {
  return Math.round(value * SCALE) / SCALE;
}
