/** mulberry32: a small generator of numbers in [0, 1) that a seed replays. */
export function generator(state: number): () => number {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** SEED of the environment, else one of its own; it stands in the name of each test that draws. */
export const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
