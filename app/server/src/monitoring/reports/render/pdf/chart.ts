import type { Chart, ChartSeries } from '../../page/page.ts';
import { LIGHT } from '../colours.ts';
import { barPath, linePath, runsOf } from '../paths.ts';
import type { Paper } from './paper.ts';

const HEIGHT = 90;
const STRIP_HEIGHT = 20;
const TITLE = { font: 'bold', size: 10 } as const;
const SMALL = { size: 8, colour: LIGHT.muted } as const;
const LINE_WIDTH = 1.2;

function drawSeries({ doc, width }: Paper, series: ChartSeries, max: number, height: number): void {
  switch (series.kind) {
    case 'states':
      for (const { tone, from, to } of runsOf(series.tones))
        doc.rect(from * width, 0, (to - from) * width, height).fill(LIGHT.area[tone]);
      break;
    case 'bars': {
      const path = barPath(series.values, max, width, height);
      if (path !== '') doc.path(path).fill(LIGHT.area[series.tone]);
      break;
    }
    case 'line': {
      const path = linePath(series.values, max, width, height);
      if (path !== '')
        doc.path(path).lineWidth(LINE_WIDTH).lineCap('round').lineJoin('round').stroke(LIGHT[series.tone]);
      break;
    }
  }
}

/** The same drawing as in HTML, in vectors. */
export function drawChart(paper: Paper, chart: Chart): void {
  const height = chart.series.every(({ kind }) => kind === 'states') ? STRIP_HEIGHT : HEIGHT;
  const { left, width } = paper;
  const summaryHeight = paper.heightOf(chart.summary, width, SMALL);
  paper.room(16 + height + 12 + summaryHeight + 14);
  const [titleY, top] = [paper.y, paper.y + 16];
  paper.element('P', {}, () => paper.write(chart.title, { x: left, y: titleY, width }, TITLE));
  paper.element('Figure', { alt: `${chart.title}. ${chart.summary}` }, () => {
    const { doc } = paper;
    doc.save().translate(left, top);
    doc.rect(0, 0, width, height).fill(LIGHT.panel);
    for (const { at } of chart.ticks)
      doc
        .moveTo(at * width, 0)
        .lineTo(at * width, height)
        .lineWidth(0.5)
        .stroke(LIGHT.line);
    for (const series of chart.series) drawSeries(paper, series, chart.max, height);
    doc.restore();
    // Its edge, before the first label: there is nothing else in that corner.
    if (chart.maxLabel !== undefined)
      paper.write(chart.maxLabel, { x: left, y: titleY + 3, width }, { ...SMALL, align: 'right' });
    for (const [index, { at, label }] of chart.ticks.entries()) {
      const room = ((chart.ticks[index + 1]?.at ?? 1) - at) * width;
      paper.write(label, { x: left + at * width, y: top + height + 2, width: room }, SMALL);
    }
  });
  const summaryY = top + height + 14;
  paper.element('P', {}, () => paper.write(chart.summary, { x: left, y: summaryY, width }, SMALL));
  paper.y = summaryY + summaryHeight + 12;
}
