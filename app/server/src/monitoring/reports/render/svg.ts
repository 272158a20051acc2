import { escapeHtml } from '../../../common/html.ts';
import type { Chart, ChartSeries } from '../page/page.ts';
import { LIGHT } from './colours.ts';
import { barPath, linePath, runsOf } from './paths.ts';

const WIDTH = 700;
const HEIGHT = 100;
/** A strip of states says all by its colours. */
const STRIP_HEIGHT = 24;

/** Classes take the colours of the dark scheme where there is one; the attributes are for who knows no classes. */
function shape(series: ChartSeries, max: number, height: number): string {
  switch (series.kind) {
    case 'states':
      return runsOf(series.tones)
        .map(
          ({ tone, from, to }) =>
            `<rect class="f-${tone}" fill="${LIGHT.area[tone]}" x="${(from * WIDTH).toFixed(2)}" y="0" width="${((to - from) * WIDTH).toFixed(2)}" height="${height}"/>`,
        )
        .join('');
    case 'bars':
      return `<path class="f-${series.tone}" fill="${LIGHT.area[series.tone]}" d="${barPath(series.values, max, WIDTH, height)}"/>`;
    case 'line':
      break;
  }
  return `<path class="s-${series.tone}" fill="none" stroke="${LIGHT[series.tone]}" stroke-width="2" stroke-linejoin="round" stroke-linecap="round" vector-effect="non-scaling-stroke" d="${linePath(series.values, max, WIDTH, height)}"/>`;
}

/** The drawing alone: its words stand beside it, where they keep their size on every screen. */
export function svgOf(chart: Chart): string {
  const height = chart.series.every(({ kind }) => kind === 'states') ? STRIP_HEIGHT : HEIGHT;
  const lines = chart.ticks
    .map(
      ({ at }) =>
        `<path class="s-line" stroke="${LIGHT.line}" vector-effect="non-scaling-stroke" d="M${(at * WIDTH).toFixed(2)} 0v${height}"/>`,
    )
    .join('');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(`${chart.title}. ${chart.summary}`)}"`,
    ` viewBox="0 0 ${WIDTH} ${height}" preserveAspectRatio="none" width="100%" height="${height}" style="display:block">`,
    `<rect class="f-panel" fill="${LIGHT.panel}" width="${WIDTH}" height="${height}"/>`,
    lines,
    ...chart.series.map((series) => shape(series, chart.max, height)),
    '</svg>',
  ].join('');
}
