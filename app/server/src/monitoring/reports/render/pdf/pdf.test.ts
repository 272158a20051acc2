import { extractText, getDocumentProxy } from 'unpdf';
import { beforeAll, describe, expect, it } from 'vitest';
import { reportOf } from '../../model/report.ts';
import { pageOf } from '../../page/page-of.ts';
import { HOSTILE, reportWith } from '../../testing/hostile-report.ts';
import { eventfulFacts } from '../../testing/made-facts.ts';
import { pdfOf } from './pdf.ts';

const CREATED = new Date('2026-11-26T00:00:00Z');

type Read = Awaited<ReturnType<typeof getDocumentProxy>>;

/** Without the blanks at which lines are broken: Chinese has none. */
const dense = (text: string): string => text.replaceAll(/\s+/g, '');

async function textOf(pdf: Buffer): Promise<string> {
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(pdf)), { mergePages: true });
  return dense(text);
}

interface Node {
  readonly type?: string;
  readonly role?: string;
  readonly alt?: string;
  readonly children?: readonly Node[];
}

const rolesOf = (node: Node): string[] => [
  ...(node.role === undefined ? [] : [node.role]),
  ...(node.children ?? []).flatMap(rolesOf),
];

describe('the file of an eventful week', () => {
  let pdf: Buffer;
  let read: Read;
  beforeAll(async () => {
    pdf = await pdfOf(pageOf(reportOf(eventfulFacts('weekly'))), CREATED);
    read = await getDocumentProxy(new Uint8Array(pdf));
  });

  it('has a title, a language and numbered pages', async () => {
    const { info } = await read.getMetadata();
    expect(info).toMatchObject({ Title: 'Operations report of 2026-11-16 to 2026-11-22', Language: 'en' });
    expect(read.numPages).toBe(3);
    const { text } = await extractText(read, { mergePages: false });
    for (const [index, page] of text.entries()) expect(page).toContain(`${index + 1} / 3`);
  });

  it('has the text of all languages that are in it', async () => {
    const text = await textOf(pdf);
    for (const words of [
      '3incidents,1notover',
      '行情数据已过期:最近一次成功更新:2小时前',
      'availability99.87%,below99.9%·1h2minnotobserved:availabilitybetween99.25%and99.87%',
      'Howthesefiguresaremade',
    ])
      expect(text).toContain(words);
  });

  it('has its structure for who hears it read: headings, tables with heads, drawings with words', async () => {
    const roles: string[] = [];
    const alts: string[] = [];
    for (let number = 1; number <= read.numPages; number += 1) {
      const tree: Node = await (await read.getPage(number)).getStructTree();
      roles.push(...rolesOf(tree));
      const collect = (node: Node): void => {
        if (node.role === 'Figure') alts.push(node.alt ?? '');
        node.children?.forEach(collect);
      };
      collect(tree);
    }
    expect(roles.filter((role) => role === 'H1')).toHaveLength(1);
    expect(roles).toEqual(
      expect.arrayContaining(['Document', 'H2', 'P', 'Table', 'Caption', 'TR', 'TH', 'TD']),
    );
    expect(alts.filter((alt) => alt.length > 40)).toHaveLength(4);
  });

  it('brings the fonts with it, and only what it needs of them', async () => {
    const names = pdf.toString('latin1').match(/\/FontName \/\S+/g) ?? [];
    expect(names).toHaveLength(2);
    for (const name of names) expect(name).toMatch(/^\/FontName \/[A-Z]{6}\+NotoSansSC/);
    expect(pdf.toString('latin1').match(/\/FontFile2 /g)).toHaveLength(2);
    expect(pdf.length).toBeLessThan(150_000);
  });
});

describe('the file of a report with', () => {
  const write = async (text: string): Promise<string> =>
    textOf(await pdfOf(pageOf(reportWith(text)), CREATED));

  it.each(HOSTILE)('%s shows it as it is', async (text) => {
    expect(await write(text)).toContain(dense(text));
  });

  it('characters that no font has names them by number, and drops marks that turn a text round', async () => {
    expect(await write('a\u{1F600}b\u202Ec\u0000d')).toContain('a[U+1F600]bcd');
  });

  it('a word that is longer than a line breaks it, and stays on its pages', async () => {
    const pdf = await pdfOf(pageOf(reportWith('長'.repeat(150) + 'x'.repeat(2_000))), CREATED);
    expect(await textOf(pdf)).toContain('長'.repeat(20));
    const written = await getDocumentProxy(new Uint8Array(pdf));
    const lowest: number[] = [];
    for (let number = 1; number <= written.numPages; number += 1) {
      const { items } = await (await written.getPage(number)).getTextContent();
      lowest.push(Math.min(...items.map((item) => ('transform' in item ? Number(item.transform[5]) : 842))));
    }
    // The number of the page is the lowest of all.
    for (const y of lowest) expect(y).toBeGreaterThan(20);
  });
});
