import type { Block, Figure, Page } from '../../page/page.ts';
import { toneOf } from '../../page/page-of.ts';
import { LIGHT } from '../colours.ts';
import { drawChart } from './chart.ts';
import { Paper, type Style } from './paper.ts';
import { drawTable, textColour } from './table.ts';

const TITLE: Style = { font: 'bold', size: 18 };
const SUBTITLE: Style = { size: 9, colour: LIGHT.muted };
const HEADING: Style = { font: 'bold', size: 13 };
const TEXT: Style = { size: 9.5 };
const SMALL: Style = { size: 8, colour: LIGHT.muted };
const VALUE: Style = { font: 'bold', size: 15 };
const FIGURES_IN_ROW = 3;
const GAP = 8;
const PADDING = 8;
/** A heading alone at the foot of a page belongs on the next. */
const HEADING_ROOM = 90;

function paragraph(paper: Paper, type: string, text: string, style: Style, after: number): void {
  const height = paper.heightOf(text, paper.width, style);
  paper.room(height);
  const place = { x: paper.left, y: paper.y, width: paper.width };
  paper.element(type, {}, () => paper.write(text, place, style));
  paper.y += height + after;
}

function verdict(paper: Paper, { verdict: { level, title, others } }: Page): void {
  const colour = LIGHT[toneOf(level)];
  const width = paper.width - 2 * PADDING - 6;
  const style = { ...VALUE, colour: textColour(toneOf(level)) };
  const lines = [title, ...others.map((other) => `• ${other}`)];
  const heights = lines.map((line, index) => paper.heightOf(line, width, index === 0 ? style : TEXT));
  const height = heights.reduce((sum, one) => sum + one, 0) + 2 * PADDING;
  paper.room(height);
  const top = paper.y;
  paper.decorate(() => {
    paper.doc.roundedRect(paper.left, top, paper.width, height, 3).fillAndStroke(LIGHT.panel, LIGHT.line);
    paper.doc.rect(paper.left, top, 5, height).fill(colour);
  });
  let y = top + PADDING;
  for (const [index, text] of lines.entries()) {
    const place = { x: paper.left + 6 + PADDING, y, width };
    paper.element('P', {}, () => paper.write(text, place, index === 0 ? style : TEXT));
    y += heights[index] ?? 0;
  }
  paper.y = top + height + 12;
}

function figureRow(paper: Paper, figures: readonly Figure[]): void {
  const width = (paper.width - (FIGURES_IN_ROW - 1) * GAP) / FIGURES_IN_ROW;
  const inner = width - 2 * PADDING;
  const linesOf = ({ label, value, note, tone }: Figure): [string, Style][] => [
    [label, SMALL],
    [value, { ...VALUE, colour: textColour(tone) }],
    ...(note === undefined ? [] : [[note, SMALL] satisfies [string, Style]]),
  ];
  const heightOf = (figure: Figure): number =>
    linesOf(figure).reduce((sum, [text, style]) => sum + paper.heightOf(text, inner, style), 0);
  const height = Math.max(...figures.map(heightOf)) + 2 * PADDING;
  paper.room(height);
  const top = paper.y;
  for (const [index, figure] of figures.entries()) {
    const x = paper.left + index * (width + GAP);
    paper.decorate(() =>
      paper.doc.roundedRect(x, top, width, height, 3).lineWidth(0.5).fillAndStroke(LIGHT.panel, LIGHT.line),
    );
    let y = top + PADDING;
    for (const [text, style] of linesOf(figure)) {
      const place = { x: x + PADDING, y, width: inner };
      paper.element('P', {}, () => paper.write(text, place, style));
      y += paper.heightOf(text, inner, style);
    }
  }
  paper.y = top + height + GAP;
}

function drawBlock(paper: Paper, block: Block): void {
  switch (block.kind) {
    case 'heading':
      paper.room(HEADING_ROOM);
      paper.y += 6;
      return paragraph(paper, 'H2', block.text, HEADING, 6);
    case 'paragraph':
      return paragraph(paper, 'P', block.text, TEXT, 8);
    case 'figures':
      for (let at = 0; at < block.figures.length; at += FIGURES_IN_ROW)
        figureRow(paper, block.figures.slice(at, at + FIGURES_IN_ROW));
      paper.y += 6;
      return undefined;
    case 'chart':
      return drawChart(paper, block);
    case 'table':
      return drawTable(paper, block);
  }
}

/** A tagged file of A4 pages, with the fonts embedded that it needs. @param createdAt stands in its properties */
export function pdfOf(page: Page, createdAt: Date): Promise<Buffer> {
  const paper = new Paper({ title: page.title, createdAt });
  paragraph(paper, 'H1', page.title, TITLE, 2);
  paragraph(paper, 'P', page.subtitle, SUBTITLE, 12);
  verdict(paper, page);
  for (const block of page.blocks) drawBlock(paper, block);
  return paper.end();
}
