import { column, emptyColumn } from '../kernels/memory.ts';
import { at, meanOf, sumOf } from '../kernels/window.ts';
import { fadingBars, wilder } from '../kernels/recursion.ts';
import { valuesBefore, directionalMovesOf, percentOf, trueRangeOf } from '../kernels/moves.ts';
import { type Family, MEAN_SEED, NO_QUOTIENT, period, type Rule } from '../family.ts';
import type { Inputs } from '../series.ts';
import { parabolicStop } from '../kernels/parabolic.ts';

const TRUE_RANGE = 'TR:=MAX(MAX(HIGH-LOW,ABS(HIGH-REF(CLOSE,1))),ABS(LOW-REF(CLOSE,1)))';

const atr: Family = {
  stem: 'ATR',
  title: '真实波幅',
  modes: {
    cn: {
      parameters: [period()],
      rule: (n) => ({
        formula: `${TRUE_RANGE}; MA(TR,${n})`,
        lines: [{ name: 'ATR', unit: 'yuan', settling: 0 }],
        compute: ({ high, low, close }) => [meanOf(trueRangeOf(high, low, close), n)],
      }),
    },
    talib: {
      parameters: [period()],
      rule: (n) => ({
        formula: `${TRUE_RANGE}; SMA(TR,${n},1)`,
        notes: [MEAN_SEED],
        lines: [{ name: 'ATR', unit: 'yuan', settling: fadingBars(1 / n) }],
        compute: ({ high, low, close }) => [wilder(trueRangeOf(high, low, close), n, 1)],
      }),
    },
  },
};

/** |A − B| / (A + B) · 100; NaN where both are 0. */
function directionalIndexOf(plus: Float64Array, minus: Float64Array): Float64Array {
  const apart = column(plus.length);
  const together = column(plus.length);
  for (let index = 0; index < plus.length; index += 1) {
    apart[index] = Math.abs(at(plus, index) - at(minus, index));
    together[index] = at(plus, index) + at(minus, index);
  }
  return percentOf(apart, together);
}

/** (X + REF(X, n)) / 2. */
function averageWithEarlier(values: Float64Array, n: number): Float64Array {
  const earlier = valuesBefore(values, n);
  for (let index = 0; index < values.length; index += 1)
    earlier[index] = (at(values, index) + at(earlier, index)) / 2;
  return earlier;
}

function sumDirections({ high, low, close }: Inputs, n: number, m: number): readonly Float64Array[] {
  const moves = directionalMovesOf(high, low);
  const range = sumOf(trueRangeOf(high, low, close), n);
  const pdi = percentOf(sumOf(moves.plus, n), range);
  const mdi = percentOf(sumOf(moves.minus, n), range);
  const adx = meanOf(directionalIndexOf(pdi, mdi), m);
  return [pdi, mdi, adx, averageWithEarlier(adx, m)];
}

/** Wilder's sums as TA-Lib begins them: n − 1 bars are added up, from the n-th on each takes its n-th part away. */
function wilderSum(values: Float64Array, n: number): Float64Array {
  const out = emptyColumn(values.length);
  let sum = 0;
  for (let index = 1; index < values.length; index += 1) {
    sum = index < n ? sum + at(values, index) : sum - sum / n + at(values, index);
    if (index >= n) out[index] = sum;
  }
  return out;
}

/** TA-Lib's ADX: the mean of the first n DX, then Wilder's mean; a bar without direction leaves it as it is. */
function wilderIndex(pdi: Float64Array, mdi: Float64Array, n: number): Float64Array {
  const dx = directionalIndexOf(pdi, mdi);
  const out = emptyColumn(dx.length);
  let adx = 0;
  for (let index = n; index < dx.length; index += 1) {
    const value = at(dx, index);
    if (index < 2 * n) adx += Number.isNaN(value) ? 0 : value / n;
    else if (!Number.isNaN(value)) adx += (value - adx) / n;
    if (index >= 2 * n - 1) out[index] = adx;
  }
  return out;
}

function wilderDirections({ high, low, close }: Inputs, n: number): readonly Float64Array[] {
  const moves = directionalMovesOf(high, low);
  const range = wilderSum(trueRangeOf(high, low, close), n);
  const share = (sums: Float64Array): Float64Array =>
    sums.map((sum, index) => (at(range, index) === 0 ? 0 : (sum / at(range, index)) * 100));
  const pdi = share(wilderSum(moves.plus, n));
  const mdi = share(wilderSum(moves.minus, n));
  const adx = wilderIndex(pdi, mdi, n);
  return [pdi, mdi, adx, averageWithEarlier(adx, n - 1)];
}

const MOVES =
  'HD:=HIGH-REF(HIGH,1); LD:=REF(LOW,1)-LOW; DMP:=IF(HD>0&&HD>LD,HD,0); DMM:=IF(LD>0&&LD>HD,LD,0)';

const dmiLines = (fading: number): Rule['lines'] => [
  { name: 'PDI', unit: 'index', settling: fading },
  { name: 'MDI', unit: 'index', settling: fading },
  { name: 'ADX', unit: 'index', settling: 2 * fading },
  { name: 'ADXR', unit: 'index', settling: 2 * fading },
];

const dmi: Family = {
  stem: 'DMI',
  title: '动向指标',
  modes: {
    cn: {
      parameters: [period('N', 14), period('M', 6)],
      rule: (n, m) => ({
        formula:
          `${TRUE_RANGE}; ${MOVES}; PDI:SUM(DMP,${n})*100/SUM(TR,${n}); MDI:SUM(DMM,${n})*100/SUM(TR,${n}); ` +
          `ADX:MA(ABS(MDI-PDI)/(MDI+PDI)*100,${m}); ADXR:(ADX+REF(ADX,${m}))/2`,
        notes: ['求和与简单平均的版本（另有 EXPMEMA 版本）', NO_QUOTIENT],
        lines: dmiLines(0),
        compute: (inputs) => sumDirections(inputs, n, m),
      }),
    },
    talib: {
      parameters: [period('N', 14, 2)],
      rule: (n) => ({
        formula:
          `${TRUE_RANGE}; ${MOVES}; PDI:W(DMP)*100/W(TR); MDI:W(DMM)*100/W(TR); ` +
          `ADX:SMA(ABS(MDI-PDI)/(MDI+PDI)*100,${n},1); ADXR:(ADX+REF(ADX,${n - 1}))/2`,
        notes: [
          `W 为 Wilder 累计：前 ${n - 1} 项求和，此后 W=W′-W′/${n}+X`,
          MEAN_SEED,
          '分母为 0 时 PDI、MDI 为 0，ADX 不变',
        ],
        lines: dmiLines(fadingBars(1 / n)),
        compute: (inputs) => wilderDirections(inputs, n),
      }),
    },
  },
};

/**
 * No bound follows from the definition: two beginnings meet when both turn at one bar. Of 6,000 beginnings in the
 * histories of 600000.SH, 000001.SZ, 000151.SZ and 000300.SH the slowest had met after 136 bars.
 */
const PARABOLIC_SETTLING = 150;

const psar: Family = {
  stem: 'PSAR',
  title: '抛物线转向',
  modes: {
    talib: {
      parameters: [
        { symbol: 'STEP', least: 0.001, most: 1, usual: 0.02, fraction: true },
        { symbol: 'LIMIT', least: 0.001, most: 1, usual: 0.2, fraction: true },
      ],
      conflict: (step, limit) =>
        step > limit ? `STEP (${step}) must not be above LIMIT (${limit})` : undefined,
      rule: (step, limit) => ({
        formula: `SAR:=REF(SAR,1)+AF*(EP-REF(SAR,1))`,
        notes: [
          `AF 起始与每创新极值增加 ${step}，上限 ${limit}`,
          '首根向下的 DM 大于向上的则先空，否则先多',
          '起点的影响在实测的历史中至多 136 根后消失',
        ],
        lines: [{ name: 'PSAR', unit: 'yuan', settling: PARABOLIC_SETTLING }],
        compute: ({ high, low }) => [parabolicStop(high, low, step, limit)],
      }),
    },
  },
};

export const DIRECTIONAL: readonly Family[] = [atr, dmi, psar];
