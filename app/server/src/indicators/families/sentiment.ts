import { column } from '../kernels/memory.ts';
import { at, sumOf } from '../kernels/window.ts';
import { valuesBefore, percentOf } from '../kernels/moves.ts';
import { type Family, NO_QUOTIENT, period } from '../family.ts';

/** A − B where it is above 0, else 0; NaN where one is not known. */
function excess(a: Float64Array, b: Float64Array): Float64Array {
  const out = column(a.length);
  for (let index = 0; index < out.length; index += 1) out[index] = Math.max(0, at(a, index) - at(b, index));
  return out;
}

const cr: Family = {
  stem: 'CR',
  title: '能量指标',
  modes: {
    cn: {
      parameters: [period()],
      rule: (n) => ({
        formula: `MID:=REF(HIGH+LOW,1)/2; SUM(MAX(0,HIGH-MID),${n})/SUM(MAX(0,MID-LOW),${n})*100`,
        notes: [NO_QUOTIENT],
        lines: [{ name: 'CR', unit: 'percent', settling: 0 }],
        compute: ({ high, low }) => {
          const middle = valuesBefore(
            high.map((value, index) => (value + at(low, index)) / 2),
            1,
          );
          return [percentOf(sumOf(excess(high, middle), n), sumOf(excess(middle, low), n))];
        },
      }),
    },
  },
};

const brar: Family = {
  stem: 'BRAR',
  title: '情绪指标',
  modes: {
    cn: {
      parameters: [period('N', 26)],
      rule: (n) => ({
        formula:
          `BR:SUM(MAX(0,HIGH-REF(CLOSE,1)),${n})/SUM(MAX(0,REF(CLOSE,1)-LOW),${n})*100; ` +
          `AR:SUM(HIGH-OPEN,${n})/SUM(OPEN-LOW,${n})*100`,
        notes: [NO_QUOTIENT],
        lines: [
          { name: 'BR', unit: 'percent', settling: 0 },
          { name: 'AR', unit: 'percent', settling: 0 },
        ],
        compute: ({ open, high, low, close }) => {
          const yesterday = valuesBefore(close, 1);
          const br = percentOf(sumOf(excess(high, yesterday), n), sumOf(excess(yesterday, low), n));
          const above = high.map((value, index) => value - at(open, index));
          const below = open.map((value, index) => value - at(low, index));
          return [br, percentOf(sumOf(above, n), sumOf(below, n))];
        },
      }),
    },
  },
};

export const SENTIMENT: readonly Family[] = [cr, brar];
