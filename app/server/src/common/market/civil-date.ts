/** Exchange dates are civil dates in Asia/Shanghai, written YYYY-MM-DD; they have no time and no zone. */
const PATTERN = /^(\d{4})-(\d{2})-(\d{2})$/;

export function isCivilDate(text: string): boolean {
  const match = PATTERN.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  // A day that the calendar does not have rolls over into the next month.
  return year >= 1900 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** `19910403` becomes `1991-04-03`; undefined for a number that is no date. */
export function civilDateOfNumber(value: number): string | undefined {
  if (!Number.isInteger(value) || value < 19_000_101 || value > 99_991_231) return undefined;
  const digits = String(value);
  const text = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  return isCivilDate(text) ? text : undefined;
}

const DAY_MS = 86_400_000;

function utc(date: string): number {
  if (!isCivilDate(date)) throw new RangeError(`${JSON.stringify(date)} is no civil date YYYY-MM-DD`);
  return Date.parse(`${date}T00:00:00Z`);
}

/** @throws RangeError when `date` is no civil date */
export function addDays(date: string, days: number): string {
  return new Date(utc(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days from one to the other, negative where `to` is the earlier one. @throws RangeError when one is no civil date */
export function daysBetween(from: string, to: string): number {
  return (utc(to) - utc(from)) / DAY_MS;
}

/** 1 is Monday, 7 is Sunday. @throws RangeError when `date` is no civil date */
export function isoWeekday(date: string): number {
  return new Date(utc(date)).getUTCDay() || 7;
}
