import type { Candles } from './candles.ts';
import { directed, type Pattern, shaped } from './pattern.ts';

/** How far the third candle of a star must reach into the body of the first. */
const PENETRATION = 0.3;

/** Long black, something small, white that closes well within the black body. */
const turnsUp = (c: Candles, i: number): boolean =>
  c.isLong(i - 2) &&
  c.isBlack(i - 2) &&
  c.isLong(i) &&
  c.isWhite(i) &&
  c.close(i) > c.close(i - 2) + c.body(i - 2) * PENETRATION;

const turnsDown = (c: Candles, i: number): boolean =>
  c.isLong(i - 2) &&
  c.isWhite(i - 2) &&
  c.isLong(i) &&
  c.isBlack(i) &&
  c.close(i) < c.close(i - 2) - c.body(i - 2) * PENETRATION;

function abandoned(c: Candles, i: number): number {
  if (!c.isDoji(i - 1)) return 0;
  if (turnsUp(c, i) && c.gapsDown(i - 1, i - 2) && c.gapsUp(i, i - 1)) return 1;
  if (turnsDown(c, i) && c.gapsUp(i - 1, i - 2) && c.gapsDown(i, i - 1)) return -1;
  return 0;
}

/** All three are measured by the bars before the first. */
function threeStars(c: Candles, i: number): number {
  if (![i - 2, i - 1, i].every((one) => c.isDojiFor(one, i - 2))) return 0;
  if (c.bodyGapsDown(i - 1, i - 2) && c.bottom(i) > c.bottom(i - 1)) return 1;
  if (c.bodyGapsUp(i - 1, i - 2) && c.top(i) < c.top(i - 1)) return -1;
  return 0;
}

const STARS: readonly Pattern[] = [
  shaped(
    ['CDLMORNINGSTAR', '早晨之星', '长阴、向下跳空的短实体、收入阴线实体的阳线'],
    12,
    100,
    (c, i) => turnsUp(c, i) && c.isNotLong(i - 1) && c.bodyGapsDown(i - 1, i - 2),
  ),
  shaped(
    ['CDLEVENINGSTAR', '黄昏之星', '长阳、向上跳空的短实体、收入阳线实体的阴线'],
    12,
    -100,
    (c, i) => turnsDown(c, i) && c.isNotLong(i - 1) && c.bodyGapsUp(i - 1, i - 2),
  ),
  shaped(
    ['CDLMORNINGDOJISTAR', '早晨十字星', '长阴、向下跳空的十字星、收入阴线实体的阳线'],
    12,
    100,
    (c, i) => turnsUp(c, i) && c.isDoji(i - 1) && c.bodyGapsDown(i - 1, i - 2),
  ),
  shaped(
    ['CDLEVENINGDOJISTAR', '黄昏十字星', '长阳、向上跳空的十字星、收入阳线实体的阴线'],
    12,
    -100,
    (c, i) => turnsDown(c, i) && c.isDoji(i - 1) && c.bodyGapsUp(i - 1, i - 2),
  ),
  directed(['CDLABANDONEDBABY', '弃婴', '十字星与前后两根（含影线）都有缺口的早晨或黄昏之星'], 12, abandoned),
  directed(['CDLTRISTAR', '三星', '连续三根十字星，第二根跳空'], 12, threeStars),
];

function inside(c: Candles, i: number): number {
  const isWithin = c.top(i - 1) < c.top(i - 2) && c.bottom(i - 1) > c.bottom(i - 2);
  if (!isWithin || !c.isLong(i - 2) || !c.isNotLong(i - 1)) return 0;
  if (c.isWhite(i - 2)) return c.isBlack(i) && c.close(i) < c.open(i - 2) ? -1 : 0;
  return c.isWhite(i) && c.close(i) > c.open(i - 2) ? 1 : 0;
}

function outside(c: Candles, i: number): number {
  const engulfs =
    c.colour(i - 1) === -c.colour(i - 2) && c.top(i - 1) > c.top(i - 2) && c.bottom(i - 1) < c.bottom(i - 2);
  const goesOn = c.isWhite(i - 1) ? c.close(i) > c.close(i - 1) : c.close(i) < c.close(i - 1);
  return engulfs && goesOn ? c.colour(i - 1) : 0;
}

const soldiers = (c: Candles, i: number): boolean =>
  [i - 2, i - 1, i].every((one) => c.isWhite(one) && c.lacksUpper(one)) &&
  [i - 1, i].every(
    (one) =>
      c.close(one) > c.close(one - 1) &&
      c.open(one) > c.open(one - 1) &&
      c.open(one) <= c.close(one - 1) + c.near(one - 1) &&
      c.body(one) > c.body(one - 1) - c.far(one - 1),
  ) &&
  c.isLong(i);

const areFallingBlack = (c: Candles, i: number): boolean =>
  [i - 2, i - 1, i].every((one) => c.isBlack(one) && c.lacksLower(one)) &&
  c.close(i - 1) < c.close(i - 2) &&
  c.close(i) < c.close(i - 1);

const crows = (c: Candles, i: number): boolean =>
  c.isWhite(i - 3) &&
  areFallingBlack(c, i) &&
  [i - 1, i].every((one) => c.open(one) < c.open(one - 1) && c.open(one) > c.close(one - 1)) &&
  c.high(i - 3) > c.close(i - 2);

const THREES: readonly Pattern[] = [
  directed(['CDL3INSIDE', '三内部', '孕线之后，第三根收到第一根开盘价之外'], 12, inside),
  directed(['CDL3OUTSIDE', '三外部', '吞没之后，第三根继续同向收盘'], 3, outside),
  shaped(['CDL3WHITESOLDIERS', '红三兵', '三根上影很短、依次抬高的阳线，后者不明显变短'], 12, 100, soldiers),
  shaped(['CDL3BLACKCROWS', '三只乌鸦', '阳线之后三根下影很短、依次走低的阴线'], 13, -100, crows),
  shaped(
    ['CDLIDENTICAL3CROWS', '三胞胎乌鸦', '三根下影很短的阴线，后一根在前一根收盘价开盘'],
    12,
    -100,
    (c, i) =>
      areFallingBlack(c, i) &&
      c.areEqual(c.open(i - 1), c.close(i - 2), i - 2) &&
      c.areEqual(c.open(i), c.close(i - 1), i - 1),
  ),
  shaped(
    ['CDL2CROWS', '两只乌鸦', '长阳、向上跳空的阴线、收入长阳实体的阴线'],
    12,
    -100,
    (c, i) =>
      gapsToBlack(c, i) &&
      c.open(i) < c.open(i - 1) &&
      c.open(i) > c.close(i - 1) &&
      c.close(i) > c.open(i - 2) &&
      c.close(i) < c.close(i - 2),
  ),
  shaped(
    ['CDLUPSIDEGAP2CROWS', '向上跳空两只乌鸦', '长阳、向上跳空的短阴、吞没它而未补缺口的阴线'],
    12,
    -100,
    (c, i) =>
      gapsToBlack(c, i) &&
      c.isNotLong(i - 1) &&
      c.open(i) > c.open(i - 1) &&
      c.close(i) < c.close(i - 1) &&
      c.close(i) > c.close(i - 2),
  ),
  shaped(
    ['CDLSTICKSANDWICH', '条形三明治', '阴、阳、阴，两根阴线收盘同价，阳线在其上'],
    7,
    100,
    (c, i) =>
      c.isBlack(i - 2) &&
      c.isWhite(i - 1) &&
      c.isBlack(i) &&
      c.low(i - 1) > c.close(i - 2) &&
      c.areEqual(c.close(i), c.close(i - 2), i - 2),
  ),
];

/** Long white, then black above it, then black. */
function gapsToBlack(c: Candles, i: number): boolean {
  return (
    c.isWhite(i - 2) && c.isLong(i - 2) && c.isBlack(i - 1) && c.bodyGapsUp(i - 1, i - 2) && c.isBlack(i)
  );
}

/** Patterns of three candles. */
export const TRIPLE: readonly Pattern[] = [...STARS, ...THREES];
