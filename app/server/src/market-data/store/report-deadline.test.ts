import { expect, it } from 'vitest';
import { reportDeadline } from './report-deadline.ts';

it.each([
  ['2024-03-31', '2024-04-30'],
  ['2024-06-30', '2024-08-31'],
  ['2024-09-30', '2024-10-31'],
  ['2024-12-31', '2025-04-30'],
  ['2024-05-31', '2025-04-30'],
])('holds the report of %s back until %s', (reportDate, publicFrom) => {
  expect(reportDeadline(reportDate)).toBe(publicFrom);
});
