/** Bars of one upstream that follow each other; dates are included at both ends. */
export interface OriginRun {
  readonly origin: string;
  readonly from: string;
  readonly to: string;
}

/**
 * All stored daily bars of one symbol as columns of equal length, oldest first; raw. Prices in yuan (points for an
 * index), volume in shares, amount in yuan. Dates are days since 1970-01-01.
 */
export interface StoredSeries {
  readonly days: Int32Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly amount: Float64Array;
  /** Indexes of bars of days that were still trading. */
  readonly partial: ReadonlySet<number>;
  readonly origins: readonly OriginRun[];
}

/**
 * One text for all bars: `day,open,high,low,close,volume,amount,origin` with `*` after the origin of a partial bar, rows
 * separated by `;`. A row object per bar costs six times the CPU time of the server (docs/decisions/2026-11-26-reading-a-series.md).
 * $1 source, $2 symbol.
 */
export const PACKED_SERIES = `
  SELECT count(*)::int AS count,
         string_agg(concat_ws(',', trade_date - date '1970-01-01', open, high, low, close, volume, amount,
                              CASE WHEN partial THEN origin || '*' ELSE origin END), ';') AS packed
    FROM (SELECT * FROM app.daily_bars WHERE source = $1 AND symbol = $2 ORDER BY trade_date) AS ordered`;

export interface PackedSeries {
  readonly count: number;
  readonly packed: string | null;
}

const DAY_MS = 86_400_000;
/** Days come again in every series of the market: each text is made once. */
const texts = new Map<number, string>();

export function dateOfDay(day: number): string {
  let text = texts.get(day);
  if (text === undefined) {
    text = new Date(day * DAY_MS).toISOString().slice(0, 10);
    texts.set(day, text);
  }
  return text;
}

const COMMA = ','.charCodeAt(0);
const DOT = '.'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);
/** An integer of so many digits is exact in a double, and so is its quotient by a power of ten, correctly rounded. */
const EXACT_DIGITS = 15;
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, digits) => 10 ** digits);

/**
 * Reads {@link PACKED_SERIES} from left to right. Numbers go straight into columns: 14,000 returned ones would be as
 * many objects for each answer, and collecting them was a third of the server's work.
 */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Stores the number up to the next comma, as `Number` would read it. */
  numberInto(column: Int32Array | Float64Array, index: number): void {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    let value = 0;
    let dot = -1;
    for (let code = text.charCodeAt(at); code !== COMMA; code = text.charCodeAt(at)) {
      if (code === DOT) dot = at;
      else value = value * 10 + (code - ZERO);
      at += 1;
    }
    this.#at = at + 1;
    const decimals = dot === -1 ? 0 : at - dot - 1;
    const digits = at - start - (dot === -1 ? 0 : 1);
    column[index] = digits <= EXACT_DIGITS ? value / (POWERS[decimals] ?? 1) : Number(text.slice(start, at));
  }

  /** The word up to the end of the row; `expected` itself where it says the same. */
  word(expected: string): string {
    const end = this.#at + expected.length;
    const isExpected = this.#text.startsWith(expected, this.#at);
    if (isExpected && (end === this.#text.length || this.#text[end] === ';')) {
      this.#at = end + 1;
      return expected;
    }
    const next = this.#text.indexOf(';', this.#at);
    const word = this.#text.slice(this.#at, next === -1 ? undefined : next);
    this.#at += word.length + 1;
    return word;
  }
}

/** Days before 1970 cannot occur: the exchanges opened in 1990. */
export function unpackSeries({ count, packed }: PackedSeries): StoredSeries {
  const column = (): Float64Array => new Float64Array(count);
  // In the order of the packed row.
  const numbers = {
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    amount: column(),
  };
  const columns = Object.values(numbers);
  const days = new Int32Array(count);
  const partial = new Set<number>();
  const origins: { origin: string; from: string; to: string }[] = [];
  const scanner = new Scanner(packed ?? '');
  let word = '';
  for (let index = 0; index < count; index += 1) {
    scanner.numberInto(days, index);
    for (const target of columns) scanner.numberInto(target, index);
    word = scanner.word(word);
    if (word.endsWith('*')) partial.add(index);
    addOrigin(origins, word.endsWith('*') ? word.slice(0, -1) : word, dateOfDay(days[index] ?? 0));
  }
  return { days, ...numbers, partial, origins };
}

function addOrigin(runs: { origin: string; from: string; to: string }[], origin: string, date: string): void {
  const run = runs.at(-1);
  if (run?.origin === origin) run.to = date;
  else runs.push({ origin, from: date, to: date });
}
