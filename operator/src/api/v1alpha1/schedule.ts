/** Schedules in the five fields of cron. What they mean is pg-boss's matter; here they are only kept from being nonsense. */

/** One number or name of each field, as regular expressions that Go's RE2 reads too. */
const VALUES = [
  '[1-5]?[0-9]',
  '(?:1?[0-9]|2[0-3])',
  '(?:[1-9]|[12][0-9]|3[01])',
  '(?:[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)',
  '(?:[0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)',
] as const;

const STEP = '(?:/[1-9][0-9]?)?';

/** A list of numbers, and of `*` and ranges with or without a step. */
function fieldPattern(value: string): string {
  const item = `(?:(?:[*]|${value}-${value})${STEP}|${value})`;
  return `${item}(?:,${item})*`;
}

export const CRON_PATTERN = `^${VALUES.map(fieldPattern).join(' ')}$`;

const NAMES: readonly (readonly string[])[] = [
  ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
];

function numberOf(text: string): number {
  const [month, day] = NAMES.map((names) => names.indexOf(text));
  if (month !== undefined && month >= 0) return month + 1;
  return day !== undefined && day >= 0 ? day : Number(text);
}

/** First and last number of an item, undefined for `*`. */
function rangeOf(item: string): readonly [number, number] | undefined {
  const [range = ''] = item.split('/');
  if (range === '*') return undefined;
  const [first = '', last = first] = range.split('-');
  return [numberOf(first), numberOf(last)];
}

/** February has a 29th every few years. */
const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/**
 * Whether a text of {@link CRON_PATTERN} holds a range that begins behind its end, or names no day that exists: the
 * pattern lets both pass, and the scheduler of the application would refuse to start with them.
 */
export function neverOccurs(cron: string): boolean {
  const fields = cron.split(' ').map((field) => field.split(',').map(rangeOf));
  if (fields.flat().some((range) => range !== undefined && range[0] > range[1])) return true;
  const [, , days = [], months = []] = fields;
  const earliest = Math.min(...days.map((range) => range?.[0] ?? 1));
  const longest = Math.max(
    ...LONGEST.filter((_, index) =>
      months.some((range) => range === undefined || (range[0] <= index + 1 && index + 1 <= range[1])),
    ),
  );
  return earliest > longest;
}

/** Least and greatest number of each field; Sunday is 0 and 7. */
const LIMITS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;
const DAY_OF_WEEK = 4;

/** The numbers that an item of a field stands for, each once. */
function numbersOf(item: string, field: number): readonly number[] {
  const [first, last] = rangeOf(item) ?? LIMITS[field] ?? [0, -1];
  const step = Number(item.split('/')[1] ?? 1);
  const numbers = Array.from(
    { length: Math.floor((last - first) / step) + 1 },
    (_, index) => first + index * step,
  );
  return field === DAY_OF_WEEK ? [...new Set(numbers.map((day) => day % 7))] : numbers;
}

/**
 * Whether a text of {@link CRON_PATTERN} that occurs has a list in which two items stand for the same number, as `MON,1`
 * and `*,5` do: the application would refuse to start with it.
 */
export function namesTwice(cron: string): boolean {
  return cron.split(' ').some((list, field) => {
    const numbers = list.split(',').flatMap((item) => numbersOf(item, field));
    return new Set(numbers).size < numbers.length;
  });
}

/** Whether the time zone database of this process knows the name. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
