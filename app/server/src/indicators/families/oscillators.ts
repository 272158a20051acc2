import { at, meanDistanceOf, meanOf, sumOf } from '../kernels/window.ts';
import { fadingBars } from '../kernels/recursion.ts';
import { strengthFromFirst, strengthFromMeans } from '../kernels/momentum.ts';
import { changesOf, rateOfChange, threeTypicalPricesOf } from '../kernels/moves.ts';
import {
  type Family,
  FIRST_VALUE_SEED,
  inBothModes,
  MEAN_SEED,
  NO_QUOTIENT,
  period,
  type Rule,
} from '../family.ts';

const rsiLine = (n: number): Rule['lines'] => [{ name: 'RSI', unit: 'index', settling: fadingBars(1 / n) }];

const rsi: Family = {
  stem: 'RSI',
  title: '相对强弱指标',
  modes: {
    cn: {
      parameters: [period()],
      rule: (n) => ({
        formula: `LC:=REF(CLOSE,1); SMA(MAX(CLOSE-LC,0),${n},1)/SMA(ABS(CLOSE-LC),${n},1)*100`,
        notes: [FIRST_VALUE_SEED, '首次涨跌之前无值'],
        lines: rsiLine(n),
        compute: ({ close }) => [strengthFromFirst(close, n)],
      }),
    },
    talib: {
      parameters: [period('N', undefined, 2)],
      rule: (n) => ({
        formula: `LC:=REF(CLOSE,1); SMA(MAX(CLOSE-LC,0),${n},1)/SMA(ABS(CLOSE-LC),${n},1)*100`,
        notes: [MEAN_SEED, '首次涨跌之前为 0'],
        lines: rsiLine(n),
        compute: ({ close }) => [strengthFromMeans(close, n)],
      }),
    },
  },
};

const cciRule = (n: number, flat: number, note: string): Rule => ({
  formula: `TYP:=(HIGH+LOW+CLOSE)/3; (TYP-MA(TYP,${n}))/(0.015*AVEDEV(TYP,${n}))`,
  notes: [note],
  lines: [{ name: 'CCI', unit: 'index', settling: 0 }],
  compute: ({ high, low, close }) => {
    // The factor 3 of all typical prices cancels, and whole ticks stay whole.
    const typical = threeTypicalPricesOf(high, low, close);
    const mean = meanOf(typical, n);
    const distance = meanDistanceOf(typical, mean, n);
    return [
      distance.map((value, index) =>
        value === 0 ? flat : (at(typical, index) - at(mean, index)) / (0.015 * value),
      ),
    ];
  },
});

const cci: Family = {
  stem: 'CCI',
  title: '顺势指标',
  modes: {
    cn: { parameters: [period('N', undefined, 2)], rule: (n) => cciRule(n, Number.NaN, NO_QUOTIENT) },
    talib: { parameters: [period('N', undefined, 2)], rule: (n) => cciRule(n, 0, '分母为 0 时为 0') },
  },
};

const roc: Family = {
  stem: 'ROC',
  title: '变动率',
  modes: inBothModes({
    parameters: [period()],
    rule: (n) => ({
      formula: `(CLOSE-REF(CLOSE,${n}))/REF(CLOSE,${n})*100`,
      lines: [{ name: 'ROC', unit: 'percent', settling: 0 }],
      compute: ({ close }) => [rateOfChange(close, n)],
    }),
  }),
};

const psychological: Family = {
  stem: 'PSY',
  title: '心理线',
  modes: {
    cn: {
      parameters: [period()],
      rule: (n) => ({
        formula: `COUNT(CLOSE>REF(CLOSE,1),${n})/${n}*100`,
        lines: [{ name: 'PSY', unit: 'percent', settling: 0 }],
        compute: ({ close }) => {
          const rises = changesOf(close).map((change) =>
            Number.isNaN(change) ? change : Number(change > 0),
          );
          return [sumOf(rises, n).map((count) => (count / n) * 100)];
        },
      }),
    },
  },
};

export const OSCILLATORS: readonly Family[] = [rsi, cci, roc, psychological];
