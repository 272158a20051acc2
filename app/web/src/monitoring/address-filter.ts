import type { Where } from './where.ts';

type Query = Required<Where>['query'];

/** A field that a list is narrowed down by: what the page calls it, and whether the server takes such a text. */
interface FilterField {
  readonly label: string;
  readonly accepts: (text: string) => boolean;
}

export type FilterFields = Readonly<Record<string, FilterField>>;

export const oneOf = (label: string, values: readonly string[]): FilterField => ({
  label,
  accepts: (text) => values.includes(text),
});

export const matching = (label: string, pattern: RegExp): FilterField => ({
  label,
  accepts: (text) => pattern.test(text),
});

const INSTANT =
  /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** 30 February is none, though `Date` reads it as a day of March. */
function isInstant(text: string): boolean {
  const date = INSTANT.exec(text)?.[1];
  const midnight = new Date(`${date}T00:00:00Z`);
  return date !== undefined && !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
}

export const instant = (label: string): FilterField => ({ label, accepts: isInstant });

export interface AddressFilter {
  /** What the server can be asked for. */
  readonly query: Query;
  /** The rest, in the words of the page. */
  readonly unread: readonly string[];
}

/** An address may be typed, or cut off on its way. What nobody can read narrows nothing down, and is told instead. */
export function readFilterOf(query: Query, fields: FilterFields): AddressFilter {
  const given = Object.entries(query).filter(([, text]) => text !== undefined && text !== '');
  const fieldOf = (name: string): FilterField | undefined =>
    Object.hasOwn(fields, name) ? fields[name] : undefined;
  const isRead = ([name, text = '']: (typeof given)[number]): boolean =>
    fieldOf(name)?.accepts(text) ?? false;
  return {
    query: Object.fromEntries(given.filter(isRead)),
    unread: given
      .filter((one) => !isRead(one))
      .map(([name, text = '']) => `${fieldOf(name)?.label ?? name}“${text}”`),
  };
}
