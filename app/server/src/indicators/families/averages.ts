import { column } from '../kernels/memory.ts';
import { at, meanOf, momentsOf, weightedMeanOf } from '../kernels/window.ts';
import { ema, emaFactor, fadingBars, seededEma, sma } from '../kernels/recursion.ts';
import { percentOf, rateOfChange } from '../kernels/moves.ts';
import { type MacdPeriods, macdFromFirst, macdFromMeans } from '../kernels/momentum.ts';
import {
  type Family,
  FIRST_VALUE_SEED,
  inBothModes,
  MEAN_SEED,
  NO_QUOTIENT,
  period,
  type Rule,
} from '../family.ts';

const ma: Family = {
  stem: 'MA',
  title: '简单移动平均',
  modes: inBothModes({
    parameters: [period()],
    rule: (n) => ({
      formula: `MA(CLOSE,${n})`,
      lines: [{ name: 'MA', unit: 'yuan', settling: 0 }],
      compute: ({ close }) => [meanOf(close, n)],
    }),
  }),
};

const emaRule = (n: number, seed: string, compute: Rule['compute']): Rule => ({
  formula: `EMA(CLOSE,${n})`,
  notes: [seed],
  lines: [{ name: 'EMA', unit: 'yuan', settling: fadingBars(emaFactor(n)) }],
  compute,
});

const exponential: Family = {
  stem: 'EMA',
  title: '指数移动平均',
  modes: {
    cn: {
      parameters: [period()],
      rule: (n) => emaRule(n, FIRST_VALUE_SEED, ({ close }) => [ema(close, n)]),
    },
    talib: {
      parameters: [period()],
      rule: (n) => emaRule(n, MEAN_SEED, ({ close }) => [seededEma(close, n, 0)]),
    },
  },
};

const weighted: Family = {
  stem: 'WMA',
  title: '加权移动平均',
  modes: inBothModes({
    parameters: [period()],
    rule: (n) => ({
      formula: `WMA(CLOSE,${n})`,
      notes: ['权重 1…N，最近一根最大'],
      lines: [{ name: 'WMA', unit: 'yuan', settling: 0 }],
      compute: ({ close }) => [weightedMeanOf(close, n)],
    }),
  }),
};

/** The terminals' SMA is a recursion; what the rest of the world calls SMA is MA here. */
const smoothed: Family = {
  stem: 'SMA',
  title: '平滑移动平均（递推）',
  modes: {
    cn: {
      parameters: [period('N'), period('M', 1)],
      conflict: (n, m) => (m > n ? `M (${m}) must not be above N (${n})` : undefined),
      rule: (n, m) => ({
        formula: `SMA(CLOSE,${n},${m})`,
        notes: ['Y=(M*X+(N-M)*Y′)/N', FIRST_VALUE_SEED],
        lines: [{ name: 'SMA', unit: 'yuan', settling: fadingBars(m / n) }],
        compute: ({ close }) => [sma(close, n, m)],
      }),
    },
  },
};

const MACD_PARAMETERS = [period('SHORT', 12), period('LONG', 26), period('M', 9)];
const macdConflict = (short: number, long: number): string | undefined =>
  short >= long ? `SHORT (${short}) must be below LONG (${long})` : undefined;

function macdRule(
  periods: MacdPeriods,
  notes: readonly string[],
  compute: (close: Float64Array, periods: MacdPeriods) => readonly Float64Array[],
): Rule {
  const { short, long, m, times } = periods;
  const dif = fadingBars(emaFactor(long));
  const dea = dif + fadingBars(emaFactor(m));
  return {
    formula: `DIF:EMA(CLOSE,${short})-EMA(CLOSE,${long}); DEA:EMA(DIF,${m}); MACD:(DIF-DEA)${times === 1 ? '' : `*${times}`}`,
    notes,
    lines: [
      { name: 'DIF', unit: 'yuan', settling: dif },
      { name: 'DEA', unit: 'yuan', settling: dea },
      { name: 'MACD', unit: 'yuan', settling: dea },
    ],
    compute: ({ close }) => compute(close, periods),
  };
}

const macd: Family = {
  stem: 'MACD',
  title: '指数平滑异同移动平均',
  modes: {
    cn: {
      parameters: MACD_PARAMETERS,
      conflict: macdConflict,
      rule: (short, long, m) => macdRule({ short, long, m, times: 2 }, [FIRST_VALUE_SEED], macdFromFirst),
    },
    talib: {
      parameters: MACD_PARAMETERS,
      conflict: macdConflict,
      rule: (short, long, m) =>
        macdRule(
          { short, long, m, times: 1 },
          [MEAN_SEED, '快线与慢线在同一根起算，DEA 有值之前没有 DIF'],
          macdFromMeans,
        ),
    },
  },
};

function bollRule(n: number, width: number, ddof: 0 | 1): Rule {
  const deviation = ddof === 1 ? 'STD' : 'STDP';
  return {
    formula: `BOLL:MA(CLOSE,${n}); BOLL_UP:BOLL+${width}*${deviation}(CLOSE,${n}); BOLL_LOW:BOLL-${width}*${deviation}(CLOSE,${n})`,
    notes: [ddof === 1 ? 'STD 为样本标准差，分母 N-1' : 'STDP 为总体标准差，分母 N'],
    ddof,
    lines: ['BOLL', 'BOLL_UP', 'BOLL_LOW'].map((name) => ({ name, unit: 'yuan', settling: 0 })),
    compute: ({ close }) => {
      const { mean, squares } = momentsOf(close, n);
      const upper = column(mean.length);
      const lower = squares;
      for (let index = 0; index < mean.length; index += 1) {
        const reach = width * Math.sqrt(at(squares, index) / (n - ddof));
        upper[index] = at(mean, index) + reach;
        lower[index] = at(mean, index) - reach;
      }
      return [mean, upper, lower];
    },
  };
}

const BOLL_PARAMETERS = [
  period('N', 20, 2),
  { symbol: 'P', least: 0.1, most: 10, usual: 2, fraction: true },
] as const;

const boll: Family = {
  stem: 'BOLL',
  title: '布林带',
  modes: {
    cn: { parameters: BOLL_PARAMETERS, rule: (n, width) => bollRule(n, width, 1) },
    talib: { parameters: BOLL_PARAMETERS, rule: (n, width) => bollRule(n, width, 0) },
  },
};

const bias: Family = {
  stem: 'BIAS',
  title: '乖离率',
  modes: {
    cn: {
      parameters: [period()],
      rule: (n) => ({
        formula: `(CLOSE-MA(CLOSE,${n}))/MA(CLOSE,${n})*100`,
        notes: [NO_QUOTIENT],
        lines: [{ name: 'BIAS', unit: 'percent', settling: 0 }],
        compute: ({ close }) => {
          const mean = meanOf(close, n);
          const distance = close.map((value, index) => value - at(mean, index));
          return [percentOf(distance, mean)];
        },
      }),
    },
  },
};

function trixRule(n: number, notes: readonly string[], average: Rule['compute']): Rule {
  return {
    formula: `TR:=EMA(EMA(EMA(CLOSE,${n}),${n}),${n}); (TR-REF(TR,1))/REF(TR,1)*100`,
    notes,
    lines: [{ name: 'TRIX', unit: 'percent', settling: 3 * fadingBars(emaFactor(n)) }],
    compute: (inputs) => average(inputs).map((triple) => rateOfChange(triple, 1)),
  };
}

const trix: Family = {
  stem: 'TRIX',
  title: '三重指数平滑平均',
  modes: {
    cn: {
      parameters: [period()],
      rule: (n) =>
        trixRule(n, [FIRST_VALUE_SEED, NO_QUOTIENT], ({ close }) => [ema(ema(ema(close, n), n), n)]),
    },
    talib: {
      parameters: [period()],
      rule: (n) =>
        trixRule(n, [MEAN_SEED], ({ close }) => {
          const once = seededEma(close, n, 0);
          return [seededEma(seededEma(once, n, n - 1), n, 2 * (n - 1))];
        }),
    },
  },
};

export const AVERAGES: readonly Family[] = [ma, exponential, smoothed, weighted, macd, boll, bias, trix];
