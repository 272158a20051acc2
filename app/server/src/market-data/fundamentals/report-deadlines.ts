/**
 * By when listed companies have to publish (Measures for the Disclosure of Information by Listed Companies, article 13):
 * the annual report within four months of the year's end, the half-year report within two months, the quarterly ones
 * within one month. The report of a whole year and that of the next first quarter fall on the same day.
 */
const DUE: readonly (readonly [due: string, years: number, reportDay: string])[] = [
  ['10-31', 0, '09-30'],
  ['08-31', 0, '06-30'],
  ['04-30', 0, '03-31'],
  ['01-01', -1, '09-30'],
];

/** The newest report whose legal deadline lies before `date`, by the last day of its period. */
export function newestDueReport(date: string): string {
  const year = Number(date.slice(0, 4));
  const [, years = 0, day = '09-30'] = DUE.find(([due]) => date.slice(5) > due) ?? DUE.at(-1) ?? [];
  return `${year + years}-${day}`;
}
