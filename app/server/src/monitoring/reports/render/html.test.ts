import { describe, expect, it } from 'vitest';
import { reportOf } from '../model/report.ts';
import { pageOf } from '../page/page-of.ts';
import { eventfulFacts } from '../testing/made-facts.ts';
import { HOSTILE, reportWith } from '../testing/hostile-report.ts';
import { escapeHtml } from '../../../common/html.ts';
import { htmlOf } from './html.ts';
import { textOf } from './text.ts';

const plainTags = (html: string): string[] => html.match(/<[^>]*>/g) ?? [];
/** Tags without their texts and figures: what a page is made of. */
const skeleton = (html: string): string[] =>
  plainTags(html).map((tag) => (/^<\/?[a-z0-9!]+/i.exec(tag) ?? [''])[0]);

describe('the page', () => {
  it.each(HOSTILE)('shows %s as text, wherever it comes from', (text) => {
    const html = htmlOf(pageOf(reportWith(text)));
    expect(html).not.toContain(text);
    expect(html.split(escapeHtml(text)).length - 1).toBeGreaterThanOrEqual(10);
    expect(skeleton(html)).toEqual(skeleton(htmlOf(pageOf(reportWith('harmless')))));
    expect(plainTags(html).filter((tag) => /\son[a-z]+\s*=/i.test(tag.replaceAll(/"[^"]*"/g, '')))).toEqual(
      [],
    );
  });

  it('needs nothing from elsewhere and runs nothing', () => {
    const html = htmlOf(pageOf(reportOf(eventfulFacts('weekly'))));
    expect(html).not.toMatch(/<(script|link|iframe|object|embed|img|form|base)\b/i);
    expect(html).not.toMatch(/url\(|@import/i);
    const addresses = [...html.matchAll(/(?:src|href|xmlns)="([^"]*)"/g)].map(([, address]) => address);
    expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org/2000/svg']));
  });

  it('says in words what its drawings show', () => {
    const html = htmlOf(pageOf(reportOf(eventfulFacts('daily'))));
    const drawings = html.match(/<svg [^>]*>/g) ?? [];
    expect(drawings).toHaveLength(4);
    for (const drawing of drawings) expect(drawing).toMatch(/role="img" aria-label="[^"]{40,}"/);
  });

  it('has the colours of a dark scheme for every class that has a colour', () => {
    const html = htmlOf(pageOf(reportOf(eventfulFacts('daily'))));
    const dark = /@media \(prefers-color-scheme:dark\)\{(.*?)\}\}/.exec(html)?.[0] ?? '';
    const classes = new Set(
      [...html.matchAll(/class="([^"]*)"/g)].flatMap(([, names = '']) => names.split(' ')),
    );
    const coloured = [...classes].filter((name) => !['scroll', 'figures'].includes(name));
    expect(coloured.length).toBeGreaterThan(8);
    for (const name of coloured) expect(dark).toContain(`.${name}`);
  });

  it('names every cell of a table that is wider than a telephone, whose heads are not seen there', () => {
    const html = htmlOf(pageOf(reportOf(eventfulFacts('weekly'))));
    const tables = html.match(/<div class="scroll.*?<\/table>/gs) ?? [];
    const isWide = tables.map((table) => {
      const titles = [...table.matchAll(/<th [^>]*>(.*?)<\/th>/g)].map(([, title]) => title);
      const names = [...table.matchAll(/<td data-title="(.*?)"/g)].map(([, name]) => name);
      const cells = table.match(/<td/g) ?? [];
      const wanted = cells.map((_, index) => titles[index % titles.length]);
      expect(names).toEqual(titles.length > 4 ? wanted : []);
      return titles.length > 4;
    });
    expect(new Set(isWide)).toEqual(new Set([true, false]));
  });

  it('is well within what mail programs show without a click', () => {
    expect(htmlOf(pageOf(reportOf(eventfulFacts('weekly')))).length).toBeLessThan(102_000);
  });
});

describe('the text', () => {
  it('says the verdict first, and all that the page says in words', () => {
    const text = textOf(pageOf(reportOf(eventfulFacts('daily'))));
    expect(text.split('\n')[0]).toBe('3 incidents, 1 not over');
    for (const words of [
      '- availability 99.05 %, below 99.9 %',
      '- 1 h 2 min not observed: availability between 94.79 % and 99.09 %',
      '行情数据已过期',
      'Backups',
      'Not configured.',
      'webhook, sent 12',
    ])
      expect(text).toContain(words);
    expect(text).not.toContain('<');
  });
});
