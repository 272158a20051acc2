import type { Report } from '../model/report.ts';
import type { Latency, Slice } from '../model/slice.ts';
import { latency, percent, whole } from '../words.ts';
import { availabilityText, availabilityTone, beforeWord } from './figures.ts';
import type { Cell, Table } from './page.ts';

function cellsOf(name: string, slice: Slice, objective: number): Cell[] {
  const { requests, failed, observed } = slice;
  const quantile = (which: keyof Latency): Cell => ({
    text: slice.latency === null ? '–' : latency(slice.latency[which].value),
  });
  return [
    { text: name },
    { text: availabilityText(slice, objective), tone: availabilityTone(slice, objective) },
    { text: percent(observed), ...(observed < 1 && { tone: 'attention' as const }) },
    { text: whole(requests) },
    { text: whole(failed), ...(failed > 0 && { tone: 'bad' as const }) },
    ...(['p50', 'p95', 'p99'] as const).map(quantile),
  ];
}

/** Day by day, and the period before to compare with. */
export function timeTable(report: Report): Table {
  const { days, before, budget } = report;
  return {
    kind: 'table',
    caption: 'Availability, requests and latency by day',
    columns: [
      { title: 'Day', isShort: true, width: 0.22 },
      { title: 'Available', align: 'right', width: 0.14 },
      { title: 'Observed', align: 'right', width: 0.12 },
      { title: 'Requests', align: 'right', width: 0.13 },
      { title: 'Failed', align: 'right', width: 0.09 },
      { title: 'p50', align: 'right', width: 0.1 },
      { title: 'p95', align: 'right', width: 0.1 },
      { title: 'p99', align: 'right', width: 0.1 },
    ],
    rows: [
      ...days.map((day) => cellsOf(day.date, day, budget.objective)),
      cellsOf(beforeWord(report), before, budget.objective),
    ],
  };
}
