import { column, emptyColumn } from '../kernels/memory.ts';
import { at, meanOf, sumOf } from '../kernels/window.ts';
import { valuesBefore, changesOf, percentOf, threeTypicalPricesOf } from '../kernels/moves.ts';
import { type Family, NO_QUOTIENT, period, type Rule } from '../family.ts';
import { type Inputs, TICKS_PER_YUAN } from '../series.ts';

const IN_SHARES = '成交量以股计';

/** Adds the volume of rising bars and takes away that of falling ones, beginning with `first` at the first bar. */
function balance(close: Float64Array, volume: Float64Array, first: number): Float64Array {
  const out = column(close.length);
  let sum = first;
  for (let index = 0; index < close.length; index += 1) {
    if (index > 0) sum += Math.sign(at(close, index) - at(close, index - 1)) * at(volume, index);
    out[index] = sum;
  }
  return out;
}

const obvRule = (first: 'VOL' | '0'): Rule => ({
  formula: `SUM(IF(CLOSE>REF(CLOSE,1),VOL,IF(CLOSE<REF(CLOSE,1),-VOL,0)),0)`,
  notes: [`首根为 ${first}`, '高低取决于首根，只看变化', IN_SHARES],
  usesVolume: true,
  lines: [{ name: 'OBV', unit: 'share', settling: 0 }],
  compute: ({ close, volume }) => [balance(close, volume, first === 'VOL' ? at(volume, 0) : 0)],
});

const obv: Family = {
  stem: 'OBV',
  title: '能量潮',
  modes: {
    cn: { parameters: [], rule: () => obvRule('0') },
    talib: { parameters: [], rule: () => obvRule('VOL') },
  },
};

/** `values` where `sign` has the wanted sign, else 0; NaN where the sign is not known. */
function where(sign: Float64Array, values: Float64Array, isWanted: (one: number) => boolean): Float64Array {
  const out = column(values.length);
  for (let index = 0; index < out.length; index += 1) {
    const one = at(sign, index);
    out[index] = Number.isNaN(one) ? Number.NaN : isWanted(one) ? at(values, index) : 0;
  }
  return out;
}

const mfiRule = (n: number, flat: number, note: string): Rule => ({
  formula:
    `TYP:=(HIGH+LOW+CLOSE)/3; V1:=SUM(IF(TYP>REF(TYP,1),TYP*VOL,0),${n})/SUM(IF(TYP<REF(TYP,1),TYP*VOL,0),${n}); ` +
    '100-100/(1+V1)',
  notes: [note],
  usesVolume: true,
  lines: [{ name: 'MFI', unit: 'index', settling: 0 }],
  compute: ({ high, low, close, volume }) => {
    const typical = threeTypicalPricesOf(high, low, close);
    const flow = typical.map((value, index) => value * at(volume, index));
    const change = changesOf(typical);
    const inflow = sumOf(
      where(change, flow, (one) => one > 0),
      n,
    );
    const outflow = sumOf(
      where(change, flow, (one) => one < 0),
      n,
    );
    return [
      inflow.map((gain, index) => {
        const total = gain + at(outflow, index);
        return total === 0 ? flat : (gain / total) * 100;
      }),
    ];
  },
});

const mfi: Family = {
  stem: 'MFI',
  title: '资金流量指标',
  modes: {
    cn: { parameters: [period()], rule: (n) => mfiRule(n, Number.NaN, NO_QUOTIENT) },
    talib: { parameters: [period()], rule: (n) => mfiRule(n, 0, '没有资金流动时为 0') },
  },
};

const vr: Family = {
  stem: 'VR',
  title: '成交量变异率',
  modes: {
    cn: {
      parameters: [period()],
      rule: (n) => ({
        formula: `LC:=REF(CLOSE,1); SUM(IF(CLOSE>LC,VOL,0),${n})/SUM(IF(CLOSE<=LC,VOL,0),${n})*100`,
        notes: [NO_QUOTIENT],
        usesVolume: true,
        lines: [{ name: 'VR', unit: 'percent', settling: 0 }],
        compute: ({ close, volume }) => {
          const change = changesOf(close);
          const rising = where(change, volume, (one) => one > 0);
          const others = where(change, volume, (one) => one <= 0);
          return [percentOf(sumOf(rising, n), sumOf(others, n))];
        },
      }),
    },
  },
};

const noPriceOfIndex = ({ isIndex }: Inputs): string | undefined =>
  isIndex ? '指数没有成交均价：它的成交额与成交量属于成份股，与点位无关' : undefined;

/** What was paid for a share, in ticks as every price here; NaN where nothing was traded. */
function tradedPrice({ amount, volume }: Inputs, n: number): Float64Array {
  const money = sumOf(amount, n);
  const shares = sumOf(volume, n);
  return money.map((sum, index) => {
    const traded = at(shares, index);
    return traded === 0 ? Number.NaN : (sum / traded) * TICKS_PER_YUAN;
  });
}

/** TA-Lib has no amount: it weighs the typical price of every bar since the first one. */
function typicalPriceSinceFirst({ high, low, close, volume }: Inputs): Float64Array {
  const typical = threeTypicalPricesOf(high, low, close);
  let money = 0;
  let shares = 0;
  return typical.map((value, index) => {
    money += (value / 3) * at(volume, index);
    shares += at(volume, index);
    return shares > 0 ? money / shares : 0;
  });
}

const vwap: Family = {
  stem: 'VWAP',
  title: '成交量加权均价',
  modes: {
    cn: {
      parameters: [period('N', 1)],
      rule: (n) => ({
        formula: n === 1 ? 'AMOUNT/VOL' : `SUM(AMOUNT,${n})/SUM(VOL,${n})`,
        notes: ['未成交时无值', '成交额以元计，成交量以股计', '复权时为当日实际均价乘以当日复权因子'],
        usesVolume: true,
        lines: [{ name: 'VWAP', unit: 'yuan', settling: 0 }],
        missing: noPriceOfIndex,
        compute: (inputs) => [tradedPrice(inputs, n)],
      }),
    },
    talib: {
      parameters: [],
      rule: () => ({
        formula: 'TYP:=(HIGH+LOW+CLOSE)/3; SUM(TYP*VOL,0)/SUM(VOL,0)',
        notes: ['自首根起累计（TA-Lib）', '首次成交之前为 0', IN_SHARES],
        usesVolume: true,
        lines: [{ name: 'VWAP', unit: 'yuan', settling: 0 }],
        missing: noPriceOfIndex,
        compute: (inputs) => [typicalPriceSinceFirst(inputs)],
      }),
    },
  },
};

const volumeRatio: Family = {
  stem: 'VOLUME_RATIO',
  title: '量比（日线）',
  modes: {
    cn: {
      parameters: [period('N', 5)],
      rule: (n) => ({
        formula: `VOL/MA(REF(VOL,1),${n})`,
        notes: ['收盘后的量比：当日成交量除以此前 N 日均量', NO_QUOTIENT],
        usesVolume: true,
        lines: [{ name: 'VOLUME_RATIO', unit: 'ratio', settling: 0 }],
        compute: ({ volume }) => {
          const mean = meanOf(valuesBefore(volume, 1), n);
          return [percentOf(volume, mean).map((percent) => percent / 100)];
        },
      }),
    },
  },
};

const turnover: Family = {
  stem: 'TURNOVER',
  title: '换手率',
  modes: {
    cn: {
      parameters: [],
      rule: () => ({
        formula: 'VOL/CAPITAL*100',
        notes: ['CAPITAL 为当日流通股本（股），不知当日股本时无值', IN_SHARES],
        usesVolume: true,
        lines: [{ name: 'TURNOVER', unit: 'percent', settling: 0 }],
        missing: ({ floatShares }) =>
          floatShares ? undefined : '没有各交易日的流通股本（随估值载入），换手率无法计算',
        compute: ({ volume, floatShares }) => [
          floatShares ? percentOf(volume, floatShares) : emptyColumn(volume.length),
        ],
      }),
    },
  },
};

export const VOLUME: readonly Family[] = [obv, mfi, vr, vwap, volumeRatio, turnover];
