const WHOLE_YEAR = [1, '04-30'] as const;

/**
 * By when listed companies must publish: the report of a year within four months of its end, of its first half within
 * two (Securities Law, article 79), of a quarter within one (listing rules of the exchanges). By last day of the period.
 */
const DEADLINES: Readonly<Record<string, readonly [yearsLater: number, day: string]>> = {
  '12-31': WHOLE_YEAR,
  '09-30': [0, '10-31'],
  '06-30': [0, '08-31'],
  '03-31': [0, '04-30'],
};

/**
 * The day from which a report counts as public where the source gives no date of publication: the last day that the law
 * allows. Later than the truth for most reports, never earlier, so that no backtest looks ahead.
 * @param reportDate end of the reported period, `YYYY-MM-DD`; one that ends with no quarter counts as a whole year
 */
export function reportDeadline(reportDate: string): string {
  const [years, day] = DEADLINES[reportDate.slice(5)] ?? WHOLE_YEAR;
  return `${Number(reportDate.slice(0, 4)) + years}-${day}`;
}

/** The newest report whose legal deadline lies before `date`, by the last day of its period. */
export function newestDueReport(date: string): string {
  const year = Number(date.slice(0, 4));
  const reports = [year, year - 1].flatMap((one) => Object.keys(DEADLINES).map((day) => `${one}-${day}`));
  // That of the third quarter of the year before has been due since October.
  return reports.find((report) => reportDeadline(report) < date) ?? `${year - 1}-09-30`;
}
