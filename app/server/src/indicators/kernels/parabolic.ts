import { emptyColumn } from './memory.ts';
import { at } from './window.ts';

/**
 * Wilder's parabolic stop as TA-Lib begins it: the first bar gives the first stop, and the second one's directional
 * movement the side (long where both are equal). NaN at the first bar.
 */
export function parabolicStop(
  high: Float64Array,
  low: Float64Array,
  step: number,
  limit: number,
): Float64Array {
  const out = emptyColumn(high.length);
  if (high.length < 2) return out;
  const down = at(low, 0) - at(low, 1);
  let isLong = !(down > 0 && down > at(high, 1) - at(high, 0));
  let stop = isLong ? at(low, 0) : at(high, 0);
  let extreme = isLong ? at(high, 1) : at(low, 1);
  let factor = step;
  for (let index = 1; index < high.length; index += 1) {
    // The first stop is held by the second bar alone.
    const yesterday = Math.max(1, index - 1);
    const ceiling = Math.max(at(high, yesterday), at(high, index));
    const floor = Math.min(at(low, yesterday), at(low, index));
    const isHit = isLong ? at(low, index) <= stop : at(high, index) >= stop;
    if (isHit) {
      isLong = !isLong;
      stop = isLong ? Math.min(extreme, floor) : Math.max(extreme, ceiling);
      out[index] = stop;
      factor = step;
      extreme = isLong ? at(high, index) : at(low, index);
    } else {
      out[index] = stop;
      const next = isLong ? Math.max(extreme, at(high, index)) : Math.min(extreme, at(low, index));
      if (next !== extreme) factor = Math.min(limit, factor + step);
      extreme = next;
    }
    stop += factor * (extreme - stop);
    stop = isLong ? Math.min(stop, floor) : Math.max(stop, ceiling);
  }
  return out;
}
