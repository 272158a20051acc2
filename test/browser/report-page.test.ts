import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportOf } from '../../app/server/src/monitoring/reports/model/report.ts';
import { pageOf } from '../../app/server/src/monitoring/reports/page/page-of.ts';
import { htmlOf } from '../../app/server/src/monitoring/reports/render/html.ts';
import { eventfulFacts } from '../../app/server/src/monitoring/reports/testing/made-facts.ts';
import { openBrowser, type Browser } from './support/browser.ts';

/** Of every cell of a table: what it says, and where its right edge is. */
const CELLS =
  '[...document.querySelectorAll("td[data-title], .scroll:not(.cards) td")].map((e) => [e.innerText, e.getBoundingClientRect().right])';
const HEADS = '[...document.querySelectorAll("thead")].map((e) => e.getBoundingClientRect().height > 0)';

describe('the report of operations in Chromium', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
  });

  it.each(['daily', 'weekly'] as const)('shows a telephone every figure of its tables: %s', async (kind) => {
    const { page } = browser;
    await page.setViewportSize({ width: 360, height: 800 });
    await page.setContent(htmlOf(pageOf(reportOf(eventfulFacts(kind)))));
    const cells = await page.evaluate<[string, number][]>(CELLS);
    expect(cells.length).toBeGreaterThan(40);
    expect(cells.filter(([, right]) => right > 360)).toEqual([]);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(360);
  });

  it('has tables with heads where there is room for them', async () => {
    const { page } = browser;
    await page.setViewportSize({ width: 1024, height: 800 });
    await page.setContent(htmlOf(pageOf(reportOf(eventfulFacts('daily')))));
    const heads = await page.evaluate<boolean[]>(HEADS);
    expect(heads).toHaveLength(6);
    expect(heads).not.toContain(false);
  });
});
