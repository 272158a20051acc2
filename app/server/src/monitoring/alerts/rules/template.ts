import type { Observation } from '../conditions/observation.ts';

const BEGIN = '{{';
const END = '}}';
const LABEL = 'labels.';

/**
 * The text of an alert: of a template with `{{value}}`, `{{limit}}`, `{{detail}}` and `{{labels.NAME}}`. What is not known is a
 * dash, for a message about trouble must not fail for want of a number; what is none of these fields stays as it is.
 */
export function fill(template: string, { labels, value, limit, detail }: Observation): string {
  const known: Readonly<Record<string, string>> = {
    value: shown(value),
    limit: shown(limit),
    detail: detail ?? '–',
  };
  const named = (field: string): string | undefined =>
    field.startsWith(LABEL) ? (labels[field.slice(LABEL.length)] ?? '–') : known[field];
  const [before = '', ...parts] = template.split(BEGIN);
  const filled = parts.map((part) => {
    const end = part.indexOf(END);
    const word = end < 0 ? undefined : named(part.slice(0, end).trim());
    return word === undefined ? BEGIN + part : word + part.slice(end + END.length);
  });
  return before + filled.join('');
}

/** Four significant digits; whole numbers as they are. */
function shown(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
