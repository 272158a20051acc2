import type { Candles } from './candles.ts';
import { directed, type Pattern, shaped } from './pattern.ts';

/** ±1, or ±0.8 where two bodies meet on one end. */
const MEETING = 0.8;

function engulfing(c: Candles, i: number): number {
  if (c.colour(i) === c.colour(i - 1)) return 0;
  if (c.top(i) < c.top(i - 1) || c.bottom(i) > c.bottom(i - 1)) return 0;
  const meetsAbove = c.top(i) === c.top(i - 1);
  const meetsBelow = c.bottom(i) === c.bottom(i - 1);
  if (meetsAbove && meetsBelow) return 0;
  return c.colour(i) * (meetsAbove || meetsBelow ? MEETING : 1);
}

/** The second body within the first one; the direction is against the first. */
function within(c: Candles, i: number): number {
  if (c.top(i) < c.top(i - 1) && c.bottom(i) > c.bottom(i - 1)) return -c.colour(i - 1);
  if (c.top(i) <= c.top(i - 1) && c.bottom(i) >= c.bottom(i - 1)) return -c.colour(i - 1) * MEETING;
  return 0;
}

const BODIES: readonly Pattern[] = [
  directed(['CDLENGULFING', '吞没', '第二根实体吞没颜色相反的第一根实体（一端相平为 ±80）'], 2, engulfing),
  directed(['CDLHARAMI', '孕线', '长实体之后，短实体落在其中（一端相平为 ±80）'], 11, (c, i) =>
    c.isLong(i - 1) && c.isNotLong(i) ? within(c, i) : 0,
  ),
  directed(['CDLHARAMICROSS', '十字孕线', '长实体之后，十字星落在其中（一端相平为 ±80）'], 11, (c, i) =>
    c.isLong(i - 1) && c.isDoji(i) ? within(c, i) : 0,
  ),
  directed(['CDLDOJISTAR', '跳空十字星', '长实体之后，十字星顺势跳空'], 11, (c, i) => {
    const gaps = c.isWhite(i - 1) ? c.bodyGapsUp(i, i - 1) : c.bodyGapsDown(i, i - 1);
    return c.isLong(i - 1) && c.isDoji(i) && gaps ? -c.colour(i - 1) : 0;
  }),
  shaped(
    ['CDLPIERCING', '曙光初现', '长阴之后，低于其最低价开盘的长阳收在阴线实体上半部'],
    11,
    100,
    (c, i) => {
      const isTurn = c.isBlack(i - 1) && c.isLong(i - 1) && c.isWhite(i) && c.isLong(i);
      const half = c.close(i - 1) + c.body(i - 1) * 0.5;
      return isTurn && c.open(i) < c.low(i - 1) && c.close(i) < c.open(i - 1) && c.close(i) > half;
    },
  ),
  shaped(
    ['CDLDARKCLOUDCOVER', '乌云盖顶', '长阳之后，高于其最高价开盘的阴线收在阳线实体下半部'],
    11,
    -100,
    (c, i) => {
      const isTurn = c.isWhite(i - 1) && c.isLong(i - 1) && c.isBlack(i);
      const half = c.close(i - 1) - c.body(i - 1) * 0.5;
      return isTurn && c.open(i) > c.high(i - 1) && c.close(i) > c.open(i - 1) && c.close(i) < half;
    },
  ),
];

const isMarubozu = (c: Candles, i: number): boolean => c.isLong(i) && c.lacksUpper(i) && c.lacksLower(i);

const isKick = (c: Candles, i: number): boolean =>
  c.colour(i - 1) === -c.colour(i) &&
  isMarubozu(c, i - 1) &&
  isMarubozu(c, i) &&
  (c.isBlack(i - 1) ? c.gapsUp(i, i - 1) : c.gapsDown(i, i - 1));

const LINES: readonly Pattern[] = [
  directed(['CDLKICKING', '反冲', '两根颜色相反的光头光脚，中间有缺口'], 11, (c, i) =>
    isKick(c, i) ? c.colour(i) : 0,
  ),
  directed(['CDLKICKINGBYLENGTH', '反冲（长者定向）', '同反冲，方向取实体较长的一根'], 11, (c, i) =>
    isKick(c, i) ? c.colour(c.body(i) > c.body(i - 1) ? i : i - 1) : 0,
  ),
  directed(['CDLCOUNTERATTACK', '反击线', '两根颜色相反的长实体，收盘同价'], 11, (c, i) => {
    const isTurn = c.colour(i - 1) === -c.colour(i) && c.isLong(i - 1) && c.isLong(i);
    return isTurn && c.areEqual(c.close(i), c.close(i - 1), i - 1) ? c.colour(i) : 0;
  }),
  directed(['CDLSEPARATINGLINES', '分手线', '颜色相反，开盘同价，第二根为捉腰带线'], 11, (c, i) => {
    const isTurn = c.colour(i - 1) === -c.colour(i) && c.areEqual(c.open(i), c.open(i - 1), i - 1);
    return isTurn && c.isLong(i) && (c.isWhite(i) ? c.lacksLower(i) : c.lacksUpper(i)) ? c.colour(i) : 0;
  }),
  shaped(['CDLHOMINGPIGEON', '家鸽', '长阴之后，短阴落在其实体之中'], 11, 100, (c, i) => {
    const areBlack = c.isBlack(i - 1) && c.isBlack(i) && c.isLong(i - 1) && c.isNotLong(i);
    return areBlack && c.open(i) < c.open(i - 1) && c.close(i) > c.close(i - 1);
  }),
  shaped(
    ['CDLMATCHINGLOW', '相同低价', '两根阴线收盘同价'],
    6,
    100,
    (c, i) => c.isBlack(i - 1) && c.isBlack(i) && c.areEqual(c.close(i), c.close(i - 1), i - 1),
  ),
];

/** A long black candle and a white one that opens below its low. */
const opensBelowLongBlack = (c: Candles, i: number): boolean =>
  c.isBlack(i - 1) && c.isLong(i - 1) && c.isWhite(i) && c.open(i) < c.low(i - 1);

const NECKS: readonly Pattern[] = [
  shaped(
    ['CDLINNECK', '颈内线', '长阴之后低开的阳线收在阴线收盘价或略高'],
    11,
    -100,
    (c, i) =>
      opensBelowLongBlack(c, i) &&
      c.close(i) <= c.close(i - 1) + c.tolerance(i - 1) &&
      c.close(i) >= c.close(i - 1),
  ),
  shaped(
    ['CDLONNECK', '颈上线', '长阴之后低开的阳线收在阴线最低价'],
    11,
    -100,
    (c, i) => opensBelowLongBlack(c, i) && c.areEqual(c.close(i), c.low(i - 1), i - 1),
  ),
  shaped(
    ['CDLTHRUSTING', '插入线', '长阴之后低开的阳线收在阴线实体下半部'],
    11,
    -100,
    (c, i) =>
      opensBelowLongBlack(c, i) &&
      c.close(i) > c.close(i - 1) + c.tolerance(i - 1) &&
      c.close(i) <= c.close(i - 1) + c.body(i - 1) * 0.5,
  ),
];

/** Patterns of two candles. */
export const DOUBLE: readonly Pattern[] = [...BODIES, ...LINES, ...NECKS];
