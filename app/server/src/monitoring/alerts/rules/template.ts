import type { Observation } from '../conditions/observation.ts';

const BEGIN = '{{';
const END = '}}';
/** Begins a field that is a label. */
export const LABEL_FIELD = 'labels.';
/** All others. */
export const TEXT_FIELDS = ['value', 'limit', 'detail'] as const;

/**
 * The text of an alert: of a template with `{{value}}`, `{{limit}}`, `{{detail}}` and `{{labels.NAME}}`. What is not known is a
 * dash, for a message about trouble must not fail for want of a number; what is none of these fields stays as it is.
 */
export function fill(template: string, { labels, value, limit, detail }: Observation): string {
  const known: Readonly<Partial<Record<string, string>>> = {
    value: shown(value),
    limit: shown(limit),
    detail: detail ?? '–',
  } satisfies Record<(typeof TEXT_FIELDS)[number], string>;
  const named = (field: string): string | undefined =>
    field.startsWith(LABEL_FIELD) ? (labels[field.slice(LABEL_FIELD.length)] ?? '–') : known[field];
  const [before = '', ...parts] = template.split(BEGIN);
  const filled = parts.map((part) => {
    const end = part.indexOf(END);
    const word = end < 0 ? undefined : named(part.slice(0, end).trim());
    return word === undefined ? BEGIN + part : word + part.slice(end + END.length);
  });
  return before + filled.join('');
}

/** What a template names between braces, known or not. */
export function fieldsOf(template: string): string[] {
  return template
    .split(BEGIN)
    .slice(1)
    .flatMap((part) => {
      const end = part.indexOf(END);
      return end < 0 ? [] : [part.slice(0, end).trim()];
    });
}

/** Four significant digits; whole numbers as they are. */
function shown(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
