/** usage: whole-market.ts cn|talib SERIES BARS    computes, and prints one line of JSON (see indicators.ts) */
import { computeIndicators, type BarSeries } from '../../app/server/src/indicators/index.ts';
import { realBars } from '../../app/server/src/indicators/testing/series.ts';
import { memoryOf } from './usage.ts';

const SYMBOLS = ['000001.sz', '600000.sh', '000151.sz', '000300.sh', '399001.sz'];
const NAMES = {
  talib: ['MA20', 'EMA12', 'MACD', 'RSI14', 'STOCH', 'BOLL'],
  cn: ['MA20', 'EMA12', 'MACD', 'RSI6', 'KDJ', 'BOLL'],
} as const;

/** Neighbouring sections of real histories, without copies. */
function marketOf(count: number, length: number): BarSeries[] {
  const histories = SYMBOLS.map(realBars);
  return Array.from({ length: count }, (_, index) => {
    const all = histories[index % histories.length];
    if (!all) throw new Error('there are no histories');
    const start = (index * 7) % (all.close.length - length);
    const part = (values: Float64Array): Float64Array => values.subarray(start, start + length);
    return {
      // Only errors name dates; the whole array spares a copy per series.
      dates: all.dates,
      open: part(all.open),
      high: part(all.high),
      low: part(all.low),
      close: part(all.close),
      volume: part(all.volume),
      amount: part(all.amount),
    };
  });
}

const [mode, count = '', length = ''] = process.argv.slice(2);
if (mode !== 'cn' && mode !== 'talib') throw new Error('usage: whole-market.ts cn|talib SERIES BARS');
const market = marketOf(Number(count), Number(length));
const { resident: loaded } = memoryOf(process.pid);
const cpu = process.cpuUsage();
const began = performance.now();
let sum = 0;
for (const bars of market)
  for (const { values } of Object.values(computeIndicators(bars, NAMES[mode], mode).columns))
    sum += values.at(-1) ?? Number.NaN;
const wallMs = performance.now() - began;
const { user, system } = process.cpuUsage(cpu);
const { peak } = memoryOf(process.pid);
console.log(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs, loaded, peak, sum }));
