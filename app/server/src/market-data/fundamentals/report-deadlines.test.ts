import { expect, it } from 'vitest';
import { newestDueReport, reportDeadline } from './report-deadlines.ts';

it.each([
  ['2024-01-01', '2023-09-30'],
  ['2024-04-30', '2023-09-30'],
  ['2024-05-01', '2024-03-31'],
  ['2024-08-31', '2024-03-31'],
  ['2024-09-01', '2024-06-30'],
  ['2024-10-31', '2024-06-30'],
  ['2024-11-01', '2024-09-30'],
  ['2024-12-31', '2024-09-30'],
])('on %s the newest report that is due is that of %s', (date, report) => {
  expect(newestDueReport(date)).toBe(report);
});

it.each([
  ['2024-03-31', '2024-04-30'],
  ['2024-06-30', '2024-08-31'],
  ['2024-09-30', '2024-10-31'],
  ['2024-12-31', '2025-04-30'],
  ['2024-05-31', '2025-04-30'],
])('holds the report of %s back until %s', (reportDate, publicFrom) => {
  expect(reportDeadline(reportDate)).toBe(publicFrom);
});
