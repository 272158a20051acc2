import type { Table, Tone } from '../../page/page.ts';
import { LIGHT } from '../colours.ts';
import type { Element, Paper, Style } from './paper.ts';

const TEXT = { size: 9 } as const;
const HEAD = { font: 'bold', size: 8.5, colour: LIGHT.muted } as const;
const CAPTION = { size: 8, colour: LIGHT.muted } as const;
const PADDING_X = 4;
const PADDING_Y = 3.5;

export function textColour(tone: Tone = 'plain'): string {
  if (tone === 'plain') return LIGHT.ink;
  return tone === 'none' ? LIGHT.muted : LIGHT[tone];
}

interface Written {
  readonly text: string;
  readonly style: Style;
}

/** One line of a table. `type` is that of its cells, TH or TD. */
function drawRow(
  paper: Paper,
  table: Table,
  cells: readonly Written[],
  type: 'TH' | 'TD',
  parent: Element,
): void {
  const widths = table.columns.map(({ width }) => width * paper.width);
  const top = paper.y;
  const row = paper.element('TR', {}, undefined, parent);
  let x = paper.left;
  for (const [index, { text, style }] of cells.entries()) {
    const width = widths[index] ?? 0;
    const place = { x: x + PADDING_X, y: top + PADDING_Y, width: width - 2 * PADDING_X };
    const align = table.columns[index]?.align ?? 'left';
    const options = type === 'TH' ? { scope: 'Column' as const } : {};
    paper.element(type, options, () => paper.write(text, place, { ...style, align }), row);
    x += width;
  }
  row.end();
  paper.y = top + heightOfRow(paper, table, cells);
  const y = paper.y;
  paper.decorate(() =>
    paper.doc
      .moveTo(paper.left, y)
      .lineTo(paper.left + paper.width, y)
      .lineWidth(0.5)
      .stroke(LIGHT.line),
  );
}

function heightOfRow(paper: Paper, { columns }: Table, cells: readonly Written[]): number {
  const heights = cells.map(({ text, style }, index) =>
    paper.heightOf(text, (columns[index]?.width ?? 0) * paper.width - 2 * PADDING_X, style),
  );
  return Math.max(...heights) + 2 * PADDING_Y;
}

/** Its head stands again on each page that it goes on on. */
export function drawTable(paper: Paper, table: Table): void {
  const head = table.columns.map(({ title }) => ({ text: title, style: HEAD }));
  const rows = table.rows.map((row) =>
    row.map(({ text, tone }) => ({ text, style: { ...TEXT, colour: textColour(tone) } })),
  );
  const headHeight = heightOfRow(paper, table, head);
  const first = rows[0] === undefined ? 0 : heightOfRow(paper, table, rows[0]);
  paper.room(12 + headHeight + first);
  const element = paper.element('Table');
  const captionY = paper.y;
  const place = { x: paper.left, y: captionY, width: paper.width };
  paper.element('Caption', {}, () => paper.write(table.caption, place, CAPTION), element);
  paper.y += 12;
  drawRow(paper, table, head, 'TH', element);
  for (const row of rows) {
    if (paper.room(heightOfRow(paper, table, row))) drawRow(paper, table, head, 'TH', element);
    drawRow(paper, table, row, 'TD', element);
  }
  element.end();
  paper.y += 12;
}
