import { column } from '../kernels/memory.ts';
import { at, meanOf } from '../kernels/window.ts';
import { placeInRangeOf } from '../kernels/range.ts';
import { fadingBars, wilder } from '../kernels/recursion.ts';
import { zeroFrom } from '../kernels/moves.ts';
import { type Family, FIRST_VALUE_SEED, MEAN_SEED, NO_QUOTIENT, period, type Rule } from '../family.ts';
import type { Inputs } from '../series.ts';

const placeInRange = ({ high, low, close }: Inputs, n: number): Float64Array =>
  placeInRangeOf(high, low, close, n);

/** The same as TA-Lib has it: nothing before n bars, 0 where there is no range. */
function talibPlace(inputs: Inputs, n: number): Float64Array {
  const place = zeroFrom(placeInRange(inputs, n), n - 1);
  return place.fill(Number.NaN, 0, Math.min(n - 1, place.length));
}

/** K, D and J of the terminals in one pass: a bar without range keeps the place before, the first one has 50. */
function kdjFromFirst(place: Float64Array, m1: number, m2: number): readonly Float64Array[] {
  const { length } = place;
  const [ks, ds, js] = [column(length), column(length), column(length)];
  let rsv = 50;
  let k = Number.NaN;
  let d = Number.NaN;
  for (let index = 0; index < length; index += 1) {
    const here = at(place, index);
    rsv = Number.isNaN(here) ? rsv : here;
    k = index === 0 ? rsv : k + (rsv - k) / m1;
    d = index === 0 ? k : d + (k - d) / m2;
    ks[index] = k;
    ds[index] = d;
    js[index] = 3 * k - 2 * d;
  }
  return [ks, ds, js];
}

function thirdLine(k: Float64Array, d: Float64Array): Float64Array {
  const out = column(k.length);
  for (let index = 0; index < out.length; index += 1) out[index] = 3 * at(k, index) - 2 * at(d, index);
  return out;
}

const KDJ_PARAMETERS = [period('N', 9), period('M1', 3), period('M2', 3)];

const kdjFormula = (n: number, m1: number, m2: number): string =>
  `RSV:=(CLOSE-LLV(LOW,${n}))/(HHV(HIGH,${n})-LLV(LOW,${n}))*100; K:SMA(RSV,${m1},1); D:SMA(K,${m2},1); J:3*K-2*D`;

const kdjLines = (fullAfter: number, m1: number, m2: number): Rule['lines'] => {
  const k = fullAfter + fadingBars(1 / m1);
  const d = k + fadingBars(1 / m2);
  return [
    { name: 'K', unit: 'index', settling: k },
    { name: 'D', unit: 'index', settling: d },
    { name: 'J', unit: 'index', settling: d },
  ];
};

const kdj: Family = {
  stem: 'KDJ',
  title: '随机指标',
  modes: {
    cn: {
      parameters: KDJ_PARAMETERS,
      rule: (n, m1, m2) => ({
        formula: kdjFormula(n, m1, m2),
        notes: [
          FIRST_VALUE_SEED,
          '不足 N 根时取已有的高低',
          '高低同价时沿用前一 RSV，起初为 50',
          'J 可越出 0…100',
        ],
        lines: kdjLines(n - 1, m1, m2),
        compute: (inputs) => kdjFromFirst(placeInRange(inputs, n), m1, m2),
      }),
    },
    talib: {
      parameters: KDJ_PARAMETERS,
      rule: (n, m1, m2) => ({
        formula: kdjFormula(n, m1, m2),
        notes: [MEAN_SEED, '高低同价时 RSV 为 0', 'J 可越出 0…100'],
        lines: kdjLines(0, m1, m2),
        compute: (inputs) => {
          const k = wilder(talibPlace(inputs, n), m1, n - 1);
          const d = wilder(k, m2, n + m1 - 2);
          k.fill(Number.NaN, 0, Math.min(k.length, n + m1 + m2 - 3));
          return [k, d, thirdLine(k, d)];
        },
      }),
    },
  },
};

const stoch: Family = {
  stem: 'STOCH',
  title: '慢速随机指标（TA-Lib）',
  modes: {
    talib: {
      parameters: [period('N', 5), period('M1', 3), period('M2', 3)],
      rule: (n, m1, m2) => ({
        formula: `RSV:=(CLOSE-LLV(LOW,${n}))/(HHV(HIGH,${n})-LLV(LOW,${n}))*100; SLOWK:MA(RSV,${m1}); SLOWD:MA(SLOWK,${m2})`,
        notes: ['高低同价时 RSV 为 0'],
        lines: [
          { name: 'SLOWK', unit: 'index', settling: 0 },
          { name: 'SLOWD', unit: 'index', settling: 0 },
        ],
        compute: (inputs) => {
          const k = meanOf(talibPlace(inputs, n), m1);
          const d = meanOf(k, m2);
          k.fill(Number.NaN, 0, Math.min(k.length, n + m1 + m2 - 3));
          return [k, d];
        },
      }),
    },
  },
};

const williams: Family = {
  stem: 'WR',
  title: '威廉指标',
  modes: {
    cn: {
      parameters: [period()],
      rule: (n) => ({
        formula: `(HHV(HIGH,${n})-CLOSE)/(HHV(HIGH,${n})-LLV(LOW,${n}))*100`,
        notes: ['0…100，越大越弱', '不足 N 根时取已有的高低', NO_QUOTIENT],
        lines: [{ name: 'WR', unit: 'index', settling: n - 1 }],
        compute: (inputs) => [placeInRange(inputs, n).map((place) => 100 - place)],
      }),
    },
    talib: {
      parameters: [period('N', undefined, 2)],
      rule: (n) => ({
        formula: `(CLOSE-HHV(HIGH,${n}))/(HHV(HIGH,${n})-LLV(LOW,${n}))*100`,
        notes: ['-100…0，越小越弱', '分母为 0 时为 0'],
        lines: [{ name: 'WR', unit: 'index', settling: 0 }],
        compute: (inputs) => {
          const place = placeInRange(inputs, n).map((value) => value - 100);
          place.fill(Number.NaN, 0, Math.min(n - 1, place.length));
          return [zeroFrom(place, n - 1)];
        },
      }),
    },
  },
};

export const STOCHASTICS: readonly Family[] = [kdj, stoch, williams];
