import { computeIndicators, type BarSeries } from '../indicators/index.ts';
import { RULES, type RuleFacts, type RuleReason } from './rule-factors.ts';

export type { RuleReason } from './rule-factors.ts';

/** What the score suggests; `watch` when history is too short to suggest anything. */
export type RuleAction = 'buy' | 'add' | 'hold' | 'reduce' | 'sell' | 'watch';

export interface RuleScore {
  /** 50 plus the points of all reasons, within 0 and 100. */
  readonly score: number;
  readonly action: RuleAction;
  readonly reasons: readonly RuleReason[];
  /** Rules that could not be judged, and why. */
  readonly dataGaps: readonly string[];
  readonly disclaimer: string;
}

export const DISCLAIMER = '仅供研究，不构成投资建议';

/** The longest window of any rule; with fewer bars no action is suggested. */
export const BARS_NEEDED = 60;
/** MACD(12,26,9): the slow average and then that of the signal. */
const MACD_BARS = 26 + 9 - 1;
/** KDJ(9,3,3): the window and then both smoothings. */
const KDJ_BARS = 9 + 2 + 2;
const NEUTRAL = 50;
const BANDS: readonly (readonly [number, RuleAction])[] = [
  [80, 'buy'],
  [60, 'add'],
  [40, 'hold'],
  [20, 'reduce'],
  [0, 'sell'],
];

/** The band a score of 0 to 100 falls into: from 80 buy, 60 add, 40 hold, 20 reduce, below sell. */
export function actionOf(score: number): RuleAction {
  return BANDS.find(([from]) => score >= from)?.[1] ?? 'sell';
}

function factsOf(bars: BarSeries): RuleFacts {
  const names = ['MA5', 'MA10', 'MA20', 'MA60', 'MACD', 'RSI6', 'KDJ', 'BOLL'];
  const { columns } = computeIndicators(bars, names, 'cn');
  const at = (name: string, back = 0): number => columns[name]?.values.at(-1 - back) ?? Number.NaN;
  // Recursive indicators have a value from the first bar on; before their windows are full it says nothing.
  const settled = (needed: number, value: number): number =>
    bars.close.length >= needed ? value : Number.NaN;
  const earlier = bars.volume.subarray(-6, -1);
  return {
    close: bars.close.at(-1) ?? Number.NaN,
    previousClose: bars.close.at(-2) ?? Number.NaN,
    volume: bars.volume.at(-1) ?? Number.NaN,
    meanVolume5: earlier.length === 5 ? earlier.reduce((sum, value) => sum + value, 0) / 5 : Number.NaN,
    ma5: at('MA5'),
    ma10: at('MA10'),
    ma20: at('MA20'),
    ma60: at('MA60'),
    dif: settled(MACD_BARS, at('DIF')),
    dea: settled(MACD_BARS, at('DEA')),
    earlierGap: at('DIF', 3) - at('DEA', 3),
    rsi6: at('RSI6'),
    k: settled(KDJ_BARS, at('K')),
    d: settled(KDJ_BARS, at('D')),
    j: settled(KDJ_BARS, at('J')),
    upper: at('BOLL_UP'),
    lower: at('BOLL_LOW'),
  };
}

/**
 * Scores the last bar of a series by fixed rules. The same bars give the same answer; every point has a reason that
 * carries the numbers behind it. A rule whose numbers are missing gives no points and stands in `dataGaps`.
 */
export function scoreByRules(bars: BarSeries): RuleScore {
  const facts = factsOf(bars);
  const reasons: RuleReason[] = [];
  const dataGaps: string[] = [];
  for (const rule of RULES) {
    const { text, points, evidence } = rule.judge(facts);
    if (Object.values(evidence).every(Number.isFinite)) reasons.push({ id: rule.id, text, points, evidence });
    else dataGaps.push(`${rule.label}：历史数据不足（现有 ${bars.close.length} 根日线）`);
  }
  const sum = reasons.reduce((total, { points }) => total + points, NEUTRAL);
  const score = Math.min(100, Math.max(0, sum));
  const action = bars.close.length < BARS_NEEDED ? 'watch' : actionOf(score);
  return { score, action, reasons, dataGaps, disclaimer: DISCLAIMER };
}
