import type { Observation } from '../conditions/observation.ts';

/** `{{value}}`, `{{limit}}`, `{{detail}}`, `{{labels.NAME}}`; blanks inside of the braces are allowed. */
const FIELD = /\{\{ ?(value|limit|detail|labels\.([a-z0-9_]{1,64})) ?\}\}/g;

/** The text of an alert. What is not known is a dash: a message about trouble must not fail for want of a number. */
export function fill(template: string, { labels, value, limit, detail }: Observation): string {
  return template.replaceAll(FIELD, (_, field: string, label: string | undefined) => {
    if (label !== undefined) return labels[label] ?? '–';
    if (field === 'detail') return detail ?? '–';
    return shown(field === 'value' ? value : limit);
  });
}

/** Four significant digits; whole numbers as they are. */
function shown(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
