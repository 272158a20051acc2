import type { Candles } from './candles.ts';
import { directed, type Pattern, shaped } from './pattern.ts';

const colourIf = (isThere: boolean, candles: Candles, index: number): number =>
  isThere ? candles.colour(index) : 0;

const DOJIS: readonly Pattern[] = [
  shaped(['CDLDOJI', '十字星', '开盘与收盘几乎同价'], 10, 100, (c, i) => c.isDoji(i)),
  shaped(
    ['CDLLONGLEGGEDDOJI', '长脚十字', '十字星带有长影线'],
    10,
    100,
    (c, i) => c.isDoji(i) && (c.hasLongLower(i) || c.hasLongUpper(i)),
  ),
  shaped(['CDLRICKSHAWMAN', '黄包车夫', '十字星，两条长影线，实体居中'], 10, 100, (c, i) => {
    const middle = c.low(i) + c.range(i) / 2;
    return (
      c.isDoji(i) &&
      c.hasLongLower(i) &&
      c.hasLongUpper(i) &&
      c.bottom(i) <= middle + c.near(i) &&
      c.top(i) >= middle - c.near(i)
    );
  }),
  shaped(
    ['CDLDRAGONFLYDOJI', '蜻蜓十字', '十字星，几乎没有上影线，有下影线'],
    10,
    100,
    (c, i) => c.isDoji(i) && c.lacksUpper(i) && c.hasLower(i),
  ),
  shaped(
    ['CDLGRAVESTONEDOJI', '墓碑十字', '十字星，几乎没有下影线，有上影线'],
    10,
    100,
    (c, i) => c.isDoji(i) && c.lacksLower(i) && c.hasUpper(i),
  ),
  shaped(
    ['CDLTAKURI', '探水竿', '十字星，几乎没有上影线，下影线很长'],
    10,
    100,
    (c, i) => c.isDoji(i) && c.lacksUpper(i) && c.hasVeryLongLower(i),
  ),
];

const hasHammerShape = (c: Candles, i: number): boolean =>
  c.isShort(i) && c.hasLongLower(i) && c.lacksUpper(i);
const hasStarShape = (c: Candles, i: number): boolean => c.isShort(i) && c.hasLongUpper(i) && c.lacksLower(i);

const HAMMERS: readonly Pattern[] = [
  shaped(
    ['CDLHAMMER', '锤头', '短实体、长下影、几乎无上影，实体靠近或低于前一根最低价'],
    11,
    100,
    (c, i) => hasHammerShape(c, i) && c.bottom(i) <= c.low(i - 1) + c.near(i - 1),
  ),
  shaped(
    ['CDLHANGINGMAN', '上吊线', '短实体、长下影、几乎无上影，实体靠近或高于前一根最高价'],
    11,
    -100,
    (c, i) => hasHammerShape(c, i) && c.bottom(i) >= c.high(i - 1) - c.near(i - 1),
  ),
  shaped(
    ['CDLINVERTEDHAMMER', '倒锤头', '短实体、长上影、几乎无下影，实体向下跳空'],
    11,
    100,
    (c, i) => hasStarShape(c, i) && c.bodyGapsDown(i, i - 1),
  ),
  shaped(
    ['CDLSHOOTINGSTAR', '射击之星', '短实体、长上影、几乎无下影，实体向上跳空'],
    11,
    -100,
    (c, i) => hasStarShape(c, i) && c.bodyGapsUp(i, i - 1),
  ),
];

const BODIES: readonly Pattern[] = [
  directed(['CDLMARUBOZU', '光头光脚', '长实体，几乎没有影线'], 10, (c, i) =>
    colourIf(c.isLong(i) && c.lacksUpper(i) && c.lacksLower(i), c, i),
  ),
  directed(['CDLCLOSINGMARUBOZU', '收盘光头光脚', '长实体，收盘一端几乎没有影线'], 10, (c, i) =>
    colourIf(c.isLong(i) && (c.isWhite(i) ? c.lacksUpper(i) : c.lacksLower(i)), c, i),
  ),
  directed(['CDLBELTHOLD', '捉腰带线', '长实体，开盘一端几乎没有影线'], 10, (c, i) =>
    colourIf(c.isLong(i) && (c.isWhite(i) ? c.lacksLower(i) : c.lacksUpper(i)), c, i),
  ),
  directed(['CDLSPINNINGTOP', '纺锤线', '短实体，两条影线都长于实体'], 10, (c, i) =>
    colourIf(c.isShort(i) && c.hasLongUpper(i) && c.hasLongLower(i), c, i),
  ),
  directed(['CDLHIGHWAVE', '风高浪大线', '短实体，两条影线都很长'], 10, (c, i) =>
    colourIf(c.isShort(i) && c.hasVeryLongUpper(i) && c.hasVeryLongLower(i), c, i),
  ),
  directed(['CDLLONGLINE', '长蜡烛', '长实体，两条短影线'], 10, (c, i) =>
    colourIf(c.isLong(i) && c.hasShortShadows(i), c, i),
  ),
  directed(['CDLSHORTLINE', '短蜡烛', '短实体，两条短影线'], 10, (c, i) =>
    colourIf(c.isShort(i) && c.hasShortShadows(i), c, i),
  ),
];

/** Patterns of one candle, some with a look at where the one before stood. */
export const SINGLE: readonly Pattern[] = [...DOJIS, ...HAMMERS, ...BODIES];
