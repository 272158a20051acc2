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

/** Reads numbers and words of {@link PACKED_SERIES} from left to right. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The number up to the next comma, as `Number` would read it. */
  number(): number {
    const start = this.#at;
    let [value, digits, decimals, seenDot] = [0, 0, 0, false];
    for (let code = this.#text.charCodeAt(this.#at); code !== COMMA;) {
      if (code === DOT) seenDot = true;
      else {
        value = value * 10 + (code - ZERO);
        digits += 1;
        if (seenDot) decimals += 1;
      }
      this.#at += 1;
      code = this.#text.charCodeAt(this.#at);
    }
    const end = this.#at;
    this.#at += 1;
    return digits <= EXACT_DIGITS ? value / (POWERS[decimals] ?? 1) : Number(this.#text.slice(start, end));
  }

  /** The word up to the end of the row. */
  word(): string {
    const end = this.#text.indexOf(';', this.#at);
    const word = this.#text.slice(this.#at, end === -1 ? undefined : end);
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
  for (let index = 0; index < count; index += 1) {
    const day = scanner.number();
    days[index] = day;
    for (const target of columns) target[index] = scanner.number();
    const word = scanner.word();
    if (word.endsWith('*')) partial.add(index);
    const [origin, date] = [word.replace('*', ''), dateOfDay(day)];
    const run = origins.at(-1);
    if (run?.origin === origin) run.to = date;
    else origins.push({ origin, from: date, to: date });
  }
  return { days, ...numbers, partial, origins };
}
