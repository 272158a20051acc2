import Pdf from 'pdfkit';
import { finished } from 'node:stream/promises';
import { LIGHT } from '../colours.ts';
import { type FontName, readFonts } from './fonts.ts';

/** A4 in points, with its margins. */
const MARGIN = 48;
/** The line of the page's number begins so far above the lower edge. */
const FOOT = 36;
const FOOT_SIZE = 8;

export type Element = PDFKit.PDFStructureElement;

interface ElementOptions {
  /** What it shows, for who does not see it. */
  readonly alt?: string;
  /** Of the head of a table. */
  readonly scope?: 'Column';
}

export interface Style {
  readonly font?: FontName;
  readonly size: number;
  readonly colour?: string;
  readonly align?: 'left' | 'right';
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface PaperOptions {
  readonly title: string;
  readonly createdAt: Date;
}

/** Pages that are written from above to below; what is drawn belongs to the structure that screen readers read. */
export class Paper {
  readonly doc: PDFKit.PDFDocument;
  readonly left = MARGIN;
  readonly width: number;
  /** Where the next block begins. */
  y = MARGIN;
  readonly #root: Element;
  readonly #fonts = readFonts();
  readonly #title: string;
  readonly #chunks: Buffer[] = [];

  constructor({ title, createdAt }: PaperOptions) {
    this.doc = new Pdf({
      size: 'A4',
      // Text that reached below the lower margin would begin a page, and the foot stands there.
      margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: 0 },
      bufferPages: true,
      pdfVersion: '1.7',
      tagged: true,
      displayTitle: true,
      lang: 'en',
      info: {
        Title: this.#fonts.writable(title),
        Creator: 'Stock Analysis Platform',
        CreationDate: createdAt,
      },
    });
    this.doc.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    this.doc.registerFont('regular', this.#fonts.regular).registerFont('bold', this.#fonts.bold);
    this.#title = title;
    this.width = this.doc.page.width - 2 * MARGIN;
    this.#root = this.doc.struct('Document');
    this.doc.addStructure(this.#root);
  }

  /** A new page where less than so much is left. @returns whether there is one */
  room(height: number): boolean {
    if (this.y + height <= this.doc.page.height - FOOT - 2 * FOOT_SIZE) return false;
    this.doc.addPage();
    this.y = MARGIN;
    return true;
  }

  /** A part of the whole, or of another part; `draw` draws what it is. */
  element(
    type: string,
    options: ElementOptions = {},
    draw?: () => void,
    parent: Element = this.#root,
  ): Element {
    const element =
      draw === undefined ? this.doc.struct(type, options) : this.doc.struct(type, options, draw);
    parent.add(element);
    return element;
  }

  heightOf(text: string, width: number, style: Style): number {
    return this.#styled(style).heightOfString(this.#fonts.writable(text), { width });
  }

  write(text: string, { x, y, width }: Place, style: Style): void {
    this.#styled(style)
      .fillColor(style.colour ?? LIGHT.ink)
      .text(this.#fonts.writable(text), x, y, { width, align: style.align ?? 'left' });
  }

  /** What a reader is not told of: lines, grounds. */
  decorate(draw: () => void): void {
    this.doc.markContent('Artifact', { type: 'Layout' });
    draw();
    this.doc.endMarkedContent();
  }

  /** Numbers the pages and ends the file. */
  async end(): Promise<Buffer> {
    this.#root.end();
    const { start, count } = this.doc.bufferedPageRange();
    for (let index = start; index < start + count; index += 1) {
      this.doc.switchToPage(index);
      this.#foot(`${index + 1} / ${count}`);
    }
    this.doc.end();
    await finished(this.doc);
    return Buffer.concat(this.#chunks);
  }

  #foot(number: string): void {
    const y = this.doc.page.height - FOOT;
    const place = { x: this.left, y, width: this.width };
    const style = { size: FOOT_SIZE, colour: LIGHT.muted };
    this.doc.markContent('Artifact', { type: 'Pagination', attached: ['Bottom'] });
    this.write(this.#title, place, style);
    this.write(number, place, { ...style, align: 'right' });
    this.doc.endMarkedContent();
  }

  #styled({ font = 'regular', size }: Style): PDFKit.PDFDocument {
    return this.doc.font(font).fontSize(size);
  }
}
