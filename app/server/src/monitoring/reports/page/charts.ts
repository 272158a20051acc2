import type { Cell, Report } from '../model/report.ts';
import { counted, duration, latency, percent, whole, type wordsOfTime } from '../words.ts';
import { availabilityText } from './figures.ts';
import type { Chart, Tone } from './page.ts';

type Times = ReturnType<typeof wordsOfTime>;

/** Requests that fail are noticed from here: availability of a span below it is another colour than a few failures. */
const MOSTLY_AWAY = 0.5;

function toneOfCell({ availability }: Cell): Tone {
  if (availability === null) return 'none';
  if (availability === 1) return 'good';
  return availability < MOSTLY_AWAY ? 'bad' : 'attention';
}

const ROUND = [1, 1.5, 2, 3, 4, 5, 7.5, 10] as const;

/** So that the label at the edge is short, and the drawing fills most of its height. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return (ROUND.find((factor) => factor * power >= value) ?? 10) * power;
}

function ticksOf({ kind, from, to, days }: Report, times: Times): Chart['ticks'] {
  const at = (instant: number): number => (instant - from) / (to - from);
  if (kind === 'weekly') return days.map((day) => ({ at: at(day.from), label: times.day(day.from) }));
  const quarter = (to - from) / 4;
  return [0, 1, 2, 3].map((part) => {
    const instant = Math.round((from + part * quarter) / 900_000) * 900_000;
    return { at: at(instant), label: times.time(instant) };
  });
}

function availabilityChart(report: Report, ticks: Chart['ticks']): Chart {
  const { total, budget } = report;
  const observed =
    total.observed === 1
      ? 'all of the time was observed'
      : `${percent(total.observed)} of the time was observed`;
  return {
    kind: 'chart',
    title: 'Availability over time',
    summary: `${total.availability === null ? 'Nothing was observed' : `${availabilityText(total, budget.objective)} available`}; ${duration(total.lostSeconds)} lost; ${observed}. Green: all of it; amber: in part; red: less than half; grey: not observed.`,
    series: [{ kind: 'states', tones: report.cells.map(toneOfCell) }],
    ...{ max: 1, ticks },
  };
}

function requestsChart({ cells, total }: Report, ticks: Chart['ticks']): Chart {
  const most = Math.max(0, ...cells.map(({ requests }) => requests));
  const [max, span] = [roundUp(most), spanOf(cells)];
  return {
    kind: 'chart',
    title: `Requests per ${span}`,
    summary: `${counted(total.requests, 'request')}, at most ${whole(most)} in ${span}; ${whole(total.failed)} failed (red).`,
    series: [
      {
        kind: 'bars',
        tone: 'plain',
        values: cells.map((cell) => (cell.observed === 0 ? null : cell.requests)),
      },
      { kind: 'bars', tone: 'bad', values: cells.map(({ failed }) => (failed > 0 ? failed : null)) },
    ],
    ...{ max, maxLabel: whole(max), ticks },
  };
}

function spanOf(cells: readonly Cell[]): string {
  const [first] = cells;
  return duration(first === undefined ? 0 : (first.to - first.from) / 1000);
}

function latencyChart({ cells, total }: Report, ticks: Chart['ticks']): Chart | undefined {
  if (total.latency === null) return undefined;
  const worst = Math.max(0, ...cells.map(({ p95 }) => p95 ?? 0));
  const max = roundUp(worst);
  return {
    kind: 'chart',
    title: 'Time within which 95 of 100 requests were answered',
    summary: `${latency(total.latency.p95.value)} over all; at most ${latency(worst)} in ${spanOf(cells)}.`,
    series: [{ kind: 'line', tone: 'plain', values: cells.map(({ p95 }) => p95) }],
    ...{ max, maxLabel: latency(max), ticks },
  };
}

/** Availability, requests, latency; undefined where there is nothing to draw. */
export function chartsOf(report: Report, times: Times): [Chart, Chart, Chart | undefined] {
  const ticks = ticksOf(report, times);
  return [availabilityChart(report, ticks), requestsChart(report, ticks), latencyChart(report, ticks)];
}

/** Of what grows over weeks. */
export function growthChart(
  title: string,
  points: readonly (readonly [at: number, bytes: number])[],
  label: (value: number) => string,
  times: Times,
): Chart | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 2) return undefined;
  const max = roundUp(Math.max(...points.map(([, value]) => value)));
  const middle = first[0] + (last[0] - first[0]) / 2;
  return {
    ...{ kind: 'chart', title, max, maxLabel: label(max) },
    summary: `From ${label(first[1])} on ${times.day(first[0])} to ${label(last[1])} on ${times.day(last[0])}.`,
    series: [{ kind: 'line', tone: 'plain', values: points.map(([, value]) => value) }],
    ticks: [
      { at: 0, label: times.day(first[0]) },
      { at: 0.5, label: times.day(middle) },
    ],
  };
}
