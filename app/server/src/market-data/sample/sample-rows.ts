import { civilDateOfNumber } from '../../common/market/civil-date.ts';
import type { SymbolKind } from '../../common/market/symbol.ts';
import type { MinuteRow, SourceRow } from '../provider.ts';

/** `[date, previous close, open, high, low, close, volume, amount]`, of a minute also `HHMM`. */
const DAILY_COLUMNS = 8;
const MINUTE_COLUMNS = 9;

/**
 * The files count stock volumes in shares and index volumes in lots of 100. Evidence: amount / volume is the price
 * for stocks (median ratio to the close 1.000), and for indices 100 times the market's average price in every year
 * (000001.SH: 878 to 1,448 since 2006, that is 9 to 14 yuan per share).
 */
const SHARES_PER_UNIT: Readonly<Record<SymbolKind, number>> = { stock: 1, index: 100 };

/** Source prices are multiples of 0.01, stored as single-precision floats (47.800000000000004); so are index points. */
export function cents(value: number): number {
  return Math.round(value * 100) / 100;
}

function numbersOf(raw: unknown, columns: number): readonly number[] | undefined {
  if (!Array.isArray(raw) || raw.length < columns) return undefined;
  const cells: unknown[] = raw;
  return cells.every((cell) => typeof cell === 'number') ? cells : undefined;
}

function figuresOf([, , open = 0, high = 0, low = 0, close = 0, volume = 0, amount = 0]: readonly number[]) {
  return {
    open: cents(open),
    high: cents(high),
    low: cents(low),
    close: cents(close),
    volume,
    amount: cents(amount),
  };
}

export function parseDailyRow(raw: unknown, rowNumber: number, kind: SymbolKind): SourceRow {
  const cells = numbersOf(raw, DAILY_COLUMNS);
  if (cells === undefined) return { rowNumber, raw, malformed: `expected ${DAILY_COLUMNS} numbers` };
  const [day = 0] = cells;
  const date = civilDateOfNumber(day);
  if (date === undefined) return { rowNumber, raw, malformed: `${day} is not a date YYYYMMDD` };
  const figures = figuresOf(cells);
  return { rowNumber, raw, bar: { date, ...figures, volume: figures.volume * SHARES_PER_UNIT[kind] } };
}

/** A minute of a share, named by its end. */
export function parseMinuteRow(raw: unknown, rowNumber: number): MinuteRow {
  const cells = numbersOf(raw, MINUTE_COLUMNS);
  if (cells === undefined) return { rowNumber, raw, malformed: `expected ${MINUTE_COLUMNS} numbers` };
  const [day = 0, time = -1] = [cells[0], cells[8]];
  const date = civilDateOfNumber(day);
  const [hours, minutes] = [Math.floor(time / 100), time % 100];
  if (date === undefined || !(hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60))
    return { rowNumber, raw, malformed: `${day} ${time} is not a time YYYYMMDD HHMM` };
  const clock = [hours, minutes, 0].map((part) => String(part).padStart(2, '0')).join(':');
  return { rowNumber, raw, bar: { at: `${date} ${clock}`, ...figuresOf(cells) } };
}
