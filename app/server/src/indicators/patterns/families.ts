import { emptyColumn } from '../kernels/memory.ts';
import { type Family, inBothModes } from '../family.ts';
import type { Inputs } from '../series.ts';
import { Candles } from './candles.ts';
import { DOUBLE } from './double.ts';
import { LONGER } from './longer.ts';
import type { Pattern } from './pattern.ts';
import { SINGLE } from './single.ts';
import { TRIPLE } from './triple.ts';

/** Measured once for all patterns that are asked of the same bars. */
const candlesOf = new WeakMap<Inputs, Candles>();

function measured(inputs: Inputs): Candles {
  const candles = candlesOf.get(inputs) ?? new Candles(inputs);
  candlesOf.set(inputs, candles);
  return candles;
}

function valuesOf({ judge, lookback, from = lookback }: Pattern, inputs: Inputs): Float64Array {
  const values = emptyColumn(inputs.length);
  const valueAt = judge(measured(inputs));
  for (let index = from; index < inputs.length; index += 1) {
    const value = valueAt(index);
    if (index >= lookback) values[index] = value;
  }
  return values;
}

const familyOf = (pattern: Pattern): Family => ({
  stem: pattern.name,
  title: pattern.title,
  modes: inBothModes({
    parameters: [],
    rule: () => ({
      formula: pattern.description,
      notes: ['TA-Lib 的定义与默认设置', '正为看涨，负为看跌，0 为未出现', '不考虑趋势'],
      lines: [{ name: pattern.name, unit: 'pattern', settling: 0 }],
      compute: (inputs) => [valuesOf(pattern, inputs)],
    }),
  }),
});

/** TA-Lib's candlestick patterns; both modes have the same. */
export const PATTERN_FAMILIES: readonly Family[] = [...SINGLE, ...DOUBLE, ...TRIPLE, ...LONGER].map(familyOf);
