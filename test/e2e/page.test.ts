import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const ARTEFACTS = 'test-artifacts';
const url = inject('url');

// Without the background-networking flags Chromium looks for its own services, which a closed network refuses.
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

describe('the page in Chromium', () => {
  let profile: string;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    mkdirSync(ARTEFACTS, { recursive: true });
    profile = mkdtempSync(join(tmpdir(), 'stock-analysis-chromium-'));
    context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      headless: true,
      args: FLAGS,
      viewport: { width: 1440, height: 900 },
    });
    page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    // Text, because it runs in the page and not here.
    await page.addInitScript(
      'document.addEventListener("securitypolicyviolation", (e) => console.error("CSP violation: " + e.violatedDirective + " " + e.blockedURI))',
    );
  });

  afterAll(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  });

  it('shows real bars, indicator panes and the rule analysis', async () => {
    await page.goto(`${url}/?symbol=000001.SZ`);
    await page.getByText('平安银行').first().waitFor();
    await page.locator('canvas').first().waitFor();
    await page.waitForLoadState('networkidle');
    expect(await page.locator('canvas').count()).toBeGreaterThan(3);
    expect(await page.getByText('仅供研究').count()).toBeGreaterThan(0);
    await page.screenshot({ path: `${ARTEFACTS}/page.png` });
  });

  it('searches a symbol and goes to it by keyboard', async () => {
    const search = page.getByRole('combobox');
    await search.fill('浦发');
    await page.getByRole('option').first().waitFor();
    await search.press('ArrowDown');
    await search.press('Enter');
    await page.waitForURL(/symbol=600000\.SH/);
    await page.getByText('浦发银行').first().waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('浦发银行');
  });

  it('says what to do about a symbol that does not exist', async () => {
    await page.goto(`${url}/?symbol=999999.SZ`);
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('999999.SZ');
    await page.screenshot({ path: `${ARTEFACTS}/page-unknown-symbol.png` });
    // The browser itself reports the 404 of the request on the console: that one line is expected here.
    const index = complaints.findIndex((text) => text.includes('404'));
    if (index >= 0)
      complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes('404')));
  });

  it('raises no console error, no warning and no CSP violation', () => {
    expect(complaints).toEqual([]);
  });
});
