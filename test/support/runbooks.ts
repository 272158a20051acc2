import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../../docs/runbooks');
/** What all pages share; not about an alert. */
export const SHARED_PAGE = 'README';

export interface Page {
  /** Without `.md`. */
  readonly name: string;
  readonly text: string;
}

const page = (name: string): Page => ({ name, text: readFileSync(resolve(FOLDER, `${name}.md`), 'utf8') });

/** A page for each alert. */
export const runbookPages = (): readonly Page[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.md') && file !== `${SHARED_PAGE}.md`)
    .map((file) => page(file.slice(0, -'.md'.length)));

/** What stands between backticks in a page, and each line of its blocks, of all pages and of what they share. */
export const runbookCode = (): readonly Page[] =>
  [...runbookPages(), page(SHARED_PAGE)].flatMap(({ name, text }) => {
    const blocks = [...text.matchAll(/^```\w*\n([^`]*)```$/gm)].flatMap(([, block = '']) =>
      block.split('\n'),
    );
    const spans = [...text.replaceAll(/^```[^`]*```$/gm, '').matchAll(/`([^`]+)`/g)].map(([, span = '']) =>
      span.replaceAll(/\s+/g, ' '),
    );
    return [...blocks, ...spans].filter((code) => code !== '').map((code) => ({ name, text: code }));
  });
