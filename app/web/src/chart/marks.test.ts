import { expect, it } from 'vitest';
import { marksOf } from './marks.ts';

const bar = (date: string) => ({
  date,
  open: '1',
  high: '1',
  low: '1',
  close: '1',
  volume: 1,
  amount: '1',
  partial: false,
});
const terms = { cashPerShare: 0.719, bonusPerShare: 0, conversionPerShare: 0, rightsPerShare: 0 };
const bars = ['2024-06-13', '2024-06-14', '2024-06-28', '2024-07-01'].map(bar);

it('marks ex-dates and the first bar after a long halt, in order of time', () => {
  const halts = [
    { from: '2024-06-17', to: '2024-06-27', reason: null },
    { from: '2024-06-13', to: '2024-06-13', reason: null },
    { from: '2020-01-01', to: '2020-02-01', reason: null },
    { from: '2024-07-02', to: null, reason: null },
  ];
  const exDates = [
    { date: '2024-06-29', ...terms },
    { date: '2024-06-14', ...terms },
  ];
  expect(marksOf({ bars, exDates, halts })).toEqual([
    { time: '2024-06-14', kind: 'rights' },
    { time: '2024-06-28', kind: 'halt' },
    { time: '2024-07-01', kind: 'rights' },
  ]);
});

it('marks nothing that lies after the last bar', () => {
  expect(marksOf({ bars, exDates: [{ date: '2024-07-02', ...terms }], halts: [] })).toEqual([]);
});

it('marks a bar once, however much falls into its week or month', () => {
  const months = ['2024-05-31', '2024-06-28'].map(bar);
  const exDates = [
    { date: '2024-06-03', ...terms },
    { date: '2024-06-14', ...terms },
  ];
  expect(marksOf({ bars: months, exDates, halts: [] })).toEqual([{ time: '2024-06-28', kind: 'rights' }]);
});
