/** End of the quarter of a report, and by when it must be out (证券法; 上市公司信息披露管理办法). */
const DEADLINES: Readonly<Record<string, readonly [yearsLater: number, monthAndDay: string]>> = {
  '03-31': [0, '04-30'],
  '06-30': [0, '08-31'],
  '09-30': [0, '10-31'],
  '12-31': [1, '04-30'],
};

/**
 * The day from which a report counts as public where the source gives no date of publication: the last day that the law
 * allows. Later than the truth for most reports, never earlier, so that no backtest looks ahead.
 * @param reportDate end of the reported period, `YYYY-MM-DD`; one that ends with no quarter counts as a whole year
 */
export function reportDeadline(reportDate: string): string {
  const [years, day] = DEADLINES[reportDate.slice(5)] ?? [1, '04-30'];
  return `${Number(reportDate.slice(0, 4)) + years}-${day}`;
}
