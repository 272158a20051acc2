/**
 * Working memory. To take a column from the system costs more than to compute one, so columns that nobody sees outside
 * of one calculation are used again in the next.
 */

/** Columns are kept in sizes of powers of two, so that series of different lengths share them. */
const free = new Map<number, ArrayBuffer[]>();
/** What is kept of one size: more than any indicator needs at a time. */
const KEPT = 16;

/** Columns handed out since the calculation began; undefined outside of one. */
let taken: Float64Array<ArrayBuffer>[] | undefined;

const BYTES = Float64Array.BYTES_PER_ELEMENT;
const sizeFor = (length: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, length * BYTES)));

/** A column to write to; what it holds is undefined, so every element must be written. */
export function column(length: number): Float64Array {
  if (!taken) return new Float64Array(length);
  const size = sizeFor(length);
  const values = new Float64Array(free.get(size)?.pop() ?? new ArrayBuffer(size), 0, length);
  taken.push(values);
  return values;
}

/** A column without any value. */
export const emptyColumn = (length: number): Float64Array => column(length).fill(Number.NaN);

function giveBack(columns: readonly Float64Array<ArrayBuffer>[]): void {
  for (const { buffer } of columns) {
    const { byteLength } = buffer;
    const kept = free.get(byteLength) ?? [];
    if (kept.length < KEPT) kept.push(buffer);
    free.set(byteLength, kept);
  }
}

/**
 * Runs one calculation. Its columns belong to the next one afterwards, but for copies that `result` returns: nothing
 * that was taken from {@link column} may leave a calculation in another way.
 */
export function calculation<T>(result: () => T): T {
  if (taken) return result();
  const mine: Float64Array<ArrayBuffer>[] = [];
  taken = mine;
  try {
    return result();
  } finally {
    taken = undefined;
    giveBack(mine);
  }
}
