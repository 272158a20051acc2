import { escapeHtml as text } from '../../../common/html.ts';
import type { Block, Chart, Figure, Page, Table, Tone } from '../page/page.ts';
import { toneOf } from '../page/page-of.ts';
import { DARK, LIGHT, type Palette } from './colours.ts';
import { svgOf } from './svg.ts';

const FONT = `font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif`;
const TONES: readonly Tone[] = ['plain', 'good', 'attention', 'bad', 'none'];
const MUTED = `class="t-muted" style="color:${LIGHT.muted};font-size:13px`;

/** What a mail program that heeds no style sheet shows stands at the elements; this is for dark schemes. */
function darkRules(dark: Palette): string {
  return [
    `body,.page{background:${dark.ground}!important;color:${dark.ink}!important}`,
    `.panel{background:${dark.panel}!important;border-color:${dark.line}!important}`,
    `td,th,h2,.cards tr{border-color:${dark.line}!important}`,
    `.t-muted{color:${dark.muted}!important}`,
    `.f-panel{fill:${dark.panel}}.s-line{stroke:${dark.line}}`,
    `.cards td::before{color:${dark.muted}!important}`,
    ...TONES.map((tone) => `.t-${tone}{color:${textColour(dark, tone)}!important}`),
    ...TONES.map((tone) => `.f-${tone}{fill:${dark.area[tone]}}.s-${tone}{stroke:${dark[tone]}}`),
    ...TONES.map((tone) => `.b-${tone}{border-color:${dark[tone]}!important}`),
  ].join('');
}

const textColour = (palette: Palette, tone: Tone): string =>
  tone === 'plain' ? palette.ink : tone === 'none' ? palette.muted : palette[tone];

/** What has more columns than fit on a telephone has a card for each row there: what is beyond the edge is not looked for. */
const MOST_COLUMNS = 4;

const NARROW = [
  '.page{padding:12px!important}',
  '.scroll table{min-width:0!important}.scroll td,.scroll th{padding:6px 4px!important}',
  '.cards table,.cards caption,.cards tbody,.cards tr{display:block}.cards thead{display:none}',
  `.cards tr{padding:6px 0;border-bottom:1px solid ${LIGHT.line}}`,
  '.cards td{display:flex;justify-content:space-between;gap:12px;padding:1px 0!important;border:0!important}',
  '.cards td{text-align:right!important;white-space:normal!important}.cards td>span{min-width:0}',
  `.cards td::before{content:attr(data-title);flex:none;color:${LIGHT.muted}}`,
].join('');

const STYLE = [
  ':root{color-scheme:light dark}',
  'body{margin:0}',
  '.figures{display:flex;flex-wrap:wrap;gap:8px}.figures>.panel{flex:1 1 30%;margin:0!important}',
  `@media screen and (max-width:480px){${NARROW}}`,
  `@media (prefers-color-scheme:dark){${darkRules(DARK)}}`,
  '@media print{.scroll{overflow:visible!important}}',
].join('');

/** Text in its tone; words say the same, for colours are not seen by all. */
function toned(words: string, tone: Tone = 'plain', more = ''): string {
  return `<span class="t-${tone}" style="color:${textColour(LIGHT, tone)};${more}">${text(words)}</span>`;
}

function figureHtml({ label, value, note, tone }: Figure): string {
  return [
    `<div class="panel" style="display:inline-block;vertical-align:top;box-sizing:border-box;width:32%;min-width:150px;margin:0 4px 8px 0;padding:10px 12px;border:1px solid ${LIGHT.line};border-radius:6px;background:${LIGHT.panel}">`,
    `<div ${MUTED}">${text(label)}</div>`,
    `<div style="font-size:22px;font-weight:600;line-height:1.3">${toned(value, tone)}</div>`,
    note === undefined ? '' : `<div ${MUTED}">${text(note)}</div>`,
    '</div>',
  ].join('');
}

/** Labels below a drawing, each where its tick is, so that they keep their size where the drawing is narrow. */
function ticksHtml(ticks: Chart['ticks']): string {
  const cells = ticks.map(({ at, label }, index) => {
    const width = ((ticks[index + 1]?.at ?? 1) - at) * 100;
    return `<td ${MUTED};padding:2px 0 0;border:0;width:${width.toFixed(2)}%">${text(label)}</td>`;
  });
  return `<table role="presentation" style="width:100%;border-collapse:collapse;table-layout:fixed"><tr>${cells.join('')}</tr></table>`;
}

function chartHtml(chart: Chart): string {
  const max = chart.maxLabel === undefined ? '' : ` (upper edge: ${chart.maxLabel})`;
  return [
    '<div style="margin:0 0 16px">',
    `<div style="font-weight:600;margin:0 0 4px">${text(chart.title + max)}</div>`,
    svgOf(chart),
    ticksHtml(chart.ticks),
    `<div ${MUTED};margin:2px 0 0">${text(chart.summary)}</div>`,
    '</div>',
  ].join('');
}

function tableHtml({ caption, columns, rows }: Table): string {
  const cell = `padding:6px 8px;border-bottom:1px solid ${LIGHT.line};vertical-align:top;`;
  const align = (index: number): string => {
    const { align: side = 'left', isShort = side === 'right' } = columns[index] ?? {};
    return `text-align:${side};${isShort ? 'white-space:nowrap' : 'overflow-wrap:break-word'};`;
  };
  const head = columns
    .map(
      ({ title }, index) =>
        `<th scope="col" style="${cell}${align(index)}font-size:13px">${text(title)}</th>`,
    )
    .join('');
  const isCards = columns.length > MOST_COLUMNS;
  const named = (index: number): string =>
    isCards ? ` data-title="${text(columns[index]?.title ?? '')}"` : '';
  const body = rows
    .map(
      (row) =>
        `<tr>${row.map((one, index) => `<td${named(index)} style="${cell}${align(index)}">${toned(one.text, one.tone)}</td>`).join('')}</tr>`,
    )
    .join('');
  return [
    `<div class="scroll${isCards ? ' cards' : ''}" style="overflow-x:auto;margin:0 0 16px">`,
    '<table style="width:100%;min-width:480px;border-collapse:collapse;font-size:14px">',
    `<caption ${MUTED};text-align:left;padding:0 0 4px">${text(caption)}</caption>`,
    `<thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`,
  ].join('');
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h2 style="font-size:18px;margin:24px 0 12px;padding:0 0 4px;border-bottom:1px solid ${LIGHT.line}">${text(block.text)}</h2>`;
    case 'paragraph':
      return `<p style="margin:0 0 12px">${text(block.text)}</p>`;
    case 'figures':
      return `<div class="figures" style="margin:0 0 16px">${block.figures.map(figureHtml).join('')}</div>`;
    case 'chart':
      return chartHtml(block);
    case 'table':
      break;
  }
  return tableHtml(block);
}

function verdictHtml({ verdict }: Page): string {
  const tone = toneOf(verdict.level);
  const others = verdict.others.map((other) => `<li>${text(other)}</li>`).join('');
  return [
    `<div class="panel b-${tone}" style="border:1px solid ${LIGHT[tone]};border-left-width:6px;border-radius:6px;background:${LIGHT.panel};padding:12px 16px;margin:0 0 16px">`,
    `<div style="font-size:20px;font-weight:600">${toned(verdict.title, tone)}</div>`,
    others === '' ? '' : `<ul style="margin:6px 0 0;padding:0 0 0 20px">${others}</ul>`,
    '</div>',
  ].join('');
}

/** One file that needs nothing else and runs nothing: for mail programs and browsers, 360 px wide and more. */
export function htmlOf(page: Page): string {
  return [
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">',
    `<title>${text(page.title)}</title><style>${STYLE}</style></head>`,
    `<body style="margin:0;background:${LIGHT.ground};color:${LIGHT.ink}">`,
    `<div class="page" style="${FONT};font-size:15px;line-height:1.45;color:${LIGHT.ink};background:${LIGHT.ground};max-width:760px;margin:0 auto;padding:20px">`,
    `<h1 style="font-size:24px;line-height:1.25;margin:0 0 4px">${text(page.title)}</h1>`,
    `<p ${MUTED};margin:0 0 16px">${text(page.subtitle)}</p>`,
    verdictHtml(page),
    ...page.blocks.map(blockHtml),
    '</div></body></html>',
  ].join('');
}
