/** The numbers of the last bars that the rules look at; NaN where history is too short for one. */
export interface RuleFacts {
  readonly close: number;
  readonly previousClose: number;
  readonly volume: number;
  /** Mean volume of the five bars before the last. */
  readonly meanVolume5: number;
  readonly ma5: number;
  readonly ma10: number;
  readonly ma20: number;
  readonly ma60: number;
  readonly dif: number;
  readonly dea: number;
  /** DIF − DEA three bars ago. */
  readonly earlierGap: number;
  readonly rsi6: number;
  readonly k: number;
  readonly d: number;
  readonly j: number;
  readonly upper: number;
  readonly lower: number;
}

export interface RuleReason {
  /** Stable name of the rule. */
  readonly id: string;
  readonly text: string;
  readonly points: number;
  /** The numbers that decided it, by indicator name. */
  readonly evidence: Readonly<Record<string, number>>;
}

/** One rule: what it needs, and what it says about the facts. */
export interface Rule {
  readonly id: string;
  readonly label: string;
  readonly judge: (facts: RuleFacts) => {
    readonly text: string;
    readonly points: number;
    readonly evidence: Record<string, number>;
  };
}

/** 均线排列: up to ±12. */
const alignment: Rule = {
  id: 'trend.alignment',
  label: '均线排列',
  judge: ({ close, ma5, ma10, ma20, ma60 }) => {
    const evidence = { MA5: ma5, MA10: ma10, MA20: ma20, MA60: ma60 };
    if (ma5 > ma10 && ma10 > ma20 && ma20 > ma60) return { text: '均线多头排列', points: 12, evidence };
    if (ma5 < ma10 && ma10 < ma20 && ma20 < ma60) return { text: '均线空头排列', points: -12, evidence };
    const above = close > ma20;
    return {
      text: above ? '均线交错，收盘在 MA20 之上' : '均线交错，收盘不高于 MA20',
      points: above ? 4 : -4,
      evidence,
    };
  },
};

/** 中期趋势: ±6. */
const mediumTrend: Rule = {
  id: 'trend.medium',
  label: '中期趋势',
  judge: ({ close, ma60 }) => {
    const above = close > ma60;
    return {
      text: above ? '收盘在 MA60 之上' : '收盘不高于 MA60',
      points: above ? 6 : -6,
      evidence: { CLOSE: close, MA60: ma60 },
    };
  },
};

/** MACD state and a crossing within three bars: up to ±12. */
const macdState: Rule = {
  id: 'momentum.macd',
  label: 'MACD',
  judge: ({ dif, dea, earlierGap }) => {
    const up = dif > dea;
    const crossed = up ? earlierGap <= 0 : earlierGap >= 0;
    const side = dif > 0 ? 2 : -2;
    const state = up ? 'DIF 在 DEA 之上' : 'DIF 不高于 DEA';
    const cross = crossed ? (up ? '，三日内金叉' : '，三日内死叉') : '';
    const zero = dif > 0 ? '，零轴上方' : '，零轴下方';
    const points = (up ? 6 : -6) + (crossed ? (up ? 4 : -4) : 0) + side;
    return { text: `${state}${cross}${zero}`, points, evidence: { DIF: dif, DEA: dea } };
  },
};

/** RSI6 zone: up to ±6; the extremes are read against the move. */
const rsiZone: Rule = {
  id: 'momentum.rsi',
  label: 'RSI6',
  judge: ({ rsi6 }) => {
    const evidence = { RSI6: rsi6 };
    if (rsi6 >= 80) return { text: 'RSI6 进入超买区', points: -6, evidence };
    if (rsi6 <= 20) return { text: 'RSI6 进入超卖区', points: 6, evidence };
    return rsi6 >= 50
      ? { text: 'RSI6 偏强', points: 3, evidence }
      : { text: 'RSI6 偏弱', points: -3, evidence };
  },
};

/** KDJ: up to ±6. */
const kdjState: Rule = {
  id: 'momentum.kdj',
  label: 'KDJ',
  judge: ({ k, d, j }) => {
    const evidence = { K: k, D: d, J: j };
    const points = k > d ? 3 : -3;
    const state = k > d ? 'K 在 D 之上' : 'K 不高于 D';
    if (j > 100) return { text: `${state}，J 高于 100，短线过热`, points: points - 3, evidence };
    if (j < 0) return { text: `${state}，J 低于 0，短线超跌`, points: points + 3, evidence };
    return { text: state, points, evidence };
  },
};

/** Place within the Bollinger band: up to ±4. */
const bollPlace: Rule = {
  id: 'volatility.boll',
  label: 'BOLL',
  judge: ({ close, upper, lower, ma20 }) => {
    const evidence = { CLOSE: close, BOLL_UP: upper, BOLL: ma20, BOLL_LOW: lower };
    if (close > upper) return { text: '收盘突破布林上轨，注意回落', points: -4, evidence };
    if (close < lower) return { text: '收盘跌破布林下轨，注意反弹', points: 4, evidence };
    return close > ma20
      ? { text: '收盘在布林中轨之上', points: 3, evidence }
      : { text: '收盘不高于布林中轨', points: -3, evidence };
  },
};

/** Volume of at least 1.5 times the mean confirms the day's direction: ±5. */
const volumeConfirmation: Rule = {
  id: 'volume.confirmation',
  label: '量能',
  judge: ({ close, previousClose, volume, meanVolume5 }) => {
    const ratio = volume / meanVolume5;
    const evidence = { VOLUME_RATIO: ratio, CHANGE_PERCENT: (close / previousClose - 1) * 100 };
    if (ratio < 1.5 || close === previousClose) return { text: '量能没有确认方向', points: 0, evidence };
    return close > previousClose
      ? { text: '放量上涨', points: 5, evidence }
      : { text: '放量下跌', points: -5, evidence };
  },
};

export const RULES: readonly Rule[] = [
  alignment,
  mediumTrend,
  macdState,
  rsiZone,
  kdjState,
  bollPlace,
  volumeConfirmation,
];
