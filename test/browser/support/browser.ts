import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type ConsoleMessage, type Page } from 'playwright-core';

/** Pictures of the page, and what a failed run leaves. */
export const ARTEFACTS = 'test-artifacts';

// Without the background-networking flags Chromium looks for its own services, which a closed network refuses.
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

export interface Browser {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors and warnings of the console, exceptions, and violations of the content security policy, as they come. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

const textOf = (message: ConsoleMessage): string => `${message.text()} ${message.location().url}`.trim();

/** A Chromium with a profile of its own and one page, which nobody has signed in to. */
export async function openBrowser(): Promise<Browser> {
  mkdirSync(ARTEFACTS, { recursive: true });
  const profile = mkdtempSync(join(tmpdir(), 'stock-analysis-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
    viewport: { width: 1440, height: 900 },
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(textOf(message));
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  // Text, because it runs in the page and not here.
  await page.addInitScript(
    'document.addEventListener("securitypolicyviolation", (e) => console.error("CSP violation: " + e.violatedDirective + " " + e.blockedURI))',
  );
  const close = async (): Promise<void> => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { context, page, complaints, close };
}
