// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { toChart, toFragment } from '../place.ts';
import { view } from '../state.ts';
import { leave, show, stateOf, WANG } from '../testing/page.ts';
import { Quote } from './quote.tsx';

const bar = (date: string, close: string) => ({
  ...{ date, open: close, high: close, low: close, close, volume: 100, amount: '1000' },
  partial: false,
});
const text = (): string | undefined => document.querySelector('.quote')?.textContent;

afterEach(leave);

it('is there beside the chart of its share, and on no page about something else', async () => {
  const days = [bar('2026-11-25', '10.00'), bar('2026-11-26', '11.00')];
  view.value = {
    ...{
      symbol: '600000.SH',
      info: undefined,
      period: 'daily',
      bars: days,
      days,
      indicators: [],
      columns: [],
    },
    ...{ provenance: { asOf: '2026-11-26', source: 'synthetic', stale: false }, adjust: 'none' },
    ...{ omittedBars: 0, halts: [], exDates: [] },
  };
  show(stateOf(WANG), <Quote />);
  expect(text()).toContain('11.00');
  for (const page of ['#monitoring', '#account', '#users', '#audit']) {
    toFragment(page);
    await vi.waitFor(() => expect(text()).toBe(''));
    toChart();
    await vi.waitFor(() => expect(text()).toContain('600000.SH'));
  }
});
