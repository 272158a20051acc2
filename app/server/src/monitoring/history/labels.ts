import { createHash } from 'node:crypto';

/** What tells one series, and one alert of a rule, from another. */
export type Labels = Readonly<Record<string, string>>;

/** Labels in one order, so that equal ones are equal as text. */
export function canonical(labels: Readonly<Record<string, string | number>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/**
 * Names an alert: the same rule about the same labels, whichever process says it and whatever the value is.
 * 32 hexadecimal digits.
 */
export function fingerprintOf(rule: string, labels: Labels): string {
  return createHash('sha256')
    .update(`${rule}\n${canonical(labels)}`)
    .digest('hex')
    .slice(0, 32);
}

/** Whether `labels` have all that `wanted` names. */
export function hasLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}
