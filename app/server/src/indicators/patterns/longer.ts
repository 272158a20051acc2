import type { Candles } from './candles.ts';
import { directed, type Pattern } from './pattern.ts';

/** Two prices in the direction of a colour: whether the first is beyond the second. */
const isBeyond = (one: number, other: number, colour: number): boolean => one * colour > other * colour;

function strike(c: Candles, i: number): number {
  const colour = c.colour(i - 1);
  const opensNear = (one: number): boolean =>
    c.open(one) >= c.bottom(one - 1) - c.near(one - 1) && c.open(one) <= c.top(one - 1) + c.near(one - 1);
  const areThree = c.colour(i - 3) === colour && c.colour(i - 2) === colour && c.colour(i) === -colour;
  const isThere =
    areThree &&
    opensNear(i - 2) &&
    opensNear(i - 1) &&
    isBeyond(c.close(i - 1), c.close(i - 2), colour) &&
    isBeyond(c.close(i - 2), c.close(i - 3), colour) &&
    isBeyond(c.open(i), c.close(i - 1), colour) &&
    isBeyond(c.open(i - 3), c.close(i), colour);
  return isThere ? colour : 0;
}

function methods(c: Candles, i: number): number {
  const colour = c.colour(i - 4);
  const small = [i - 3, i - 2, i - 1];
  const areColoured = c.colour(i) === colour && small.every((one) => c.colour(one) === -colour);
  const holdWithin = small.every((one) => c.bottom(one) < c.high(i - 4) && c.top(one) > c.low(i - 4));
  const isThere =
    areColoured &&
    holdWithin &&
    isBeyond(c.close(i - 3), c.close(i - 2), colour) &&
    isBeyond(c.close(i - 2), c.close(i - 1), colour) &&
    isBeyond(c.open(i), c.close(i - 1), colour) &&
    isBeyond(c.close(i), c.close(i - 4), colour) &&
    c.isLong(i - 4) &&
    small.every((one) => c.isShort(one)) &&
    c.isLong(i);
  return isThere ? colour : 0;
}

function tasukiGap(c: Candles, i: number): number {
  const colour = c.colour(i - 1);
  const gaps = colour === 1 ? c.bodyGapsUp(i - 1, i - 2) : c.bodyGapsDown(i - 1, i - 2);
  const edge = colour === 1 ? c.top(i - 2) : c.bottom(i - 2);
  const isThere =
    gaps &&
    c.colour(i) === -colour &&
    isBeyond(c.close(i - 1), c.open(i), colour) &&
    isBeyond(c.open(i), c.open(i - 1), colour) &&
    isBeyond(c.open(i - 1), c.close(i), colour) &&
    isBeyond(c.close(i), edge, colour) &&
    Math.abs(c.body(i - 1) - c.body(i)) < c.near(i - 1);
  return isThere ? colour : 0;
}

/** An inside bar that is left on one side, which is taken for a trap; ±200 when a close on the other side confirms. */
function trap(candles: Candles): (index: number) => number {
  let direction = 0;
  let found = Number.NEGATIVE_INFINITY;
  return (i) => {
    const isInside = candles.high(i - 1) < candles.high(i - 2) && candles.low(i - 1) > candles.low(i - 2);
    const up = candles.high(i) > candles.high(i - 1) && candles.low(i) > candles.low(i - 1);
    const down = candles.high(i) < candles.high(i - 1) && candles.low(i) < candles.low(i - 1);
    if (isInside && (up || down)) {
      direction = down ? 1 : -1;
      found = i;
      return direction * 100;
    }
    if (i > found + 3) return 0;
    const isConfirmed =
      direction === 1
        ? candles.close(i) > candles.high(found - 1)
        : candles.close(i) < candles.low(found - 1);
    if (!isConfirmed) return 0;
    found = Number.NEGATIVE_INFINITY;
    return direction * 200;
  };
}

/** Patterns that need a longer look. */
export const LONGER: readonly Pattern[] = [
  directed(['CDL3LINESTRIKE', '三线打击', '三根同色依次推进，第四根反向吞回全部'], 8, strike),
  directed(['CDLRISEFALL3METHODS', '上升或下降三法', '长实体、三根反向短实体、同向长实体突破'], 14, methods),
  directed(['CDLTASUKIGAP', '跳空并列阴阳线', '顺势跳空之后，反向一根未补缺口'], 7, tasukiGap),
  {
    name: 'CDLHIKKAKE',
    title: '陷阱（Hikkake）',
    description: '孕线被一侧突破后视为陷阱，三根之内反向收盘确认时为 ±200',
    lookback: 5,
    judge: trap,
    from: 2,
  },
];
