/**
 * Holds the trace table of docs/security.md against the list of requirements and the sources, and with `--results`
 * against the run that has just been made: what a row names must have run and passed. Exit code 1 with every complaint.
 *
 * usage: trace.ts [--results FOLDER]
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { tiers } from './tiers.ts';
import { judgeTrace } from './trace/judge.ts';
import { REQUIREMENTS } from './trace/requirements.ts';
import { readResults } from './trace/results.ts';
import { sectionIn } from './trace/sections.ts';
import { parseTable } from './trace/table.ts';
import { titlesOf } from './trace/titles.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = 'docs/security.md';

const { values: options } = parseArgs({ options: { results: { type: 'string' } } });

const textOf = (file: string): string | undefined =>
  existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : undefined;

const titles = new Map<string, ReadonlySet<string> | undefined>();

/** A file is named by many rows and parsed once. */
function titlesIn(file: string): ReadonlySet<string> | undefined {
  if (!titles.has(file)) {
    const source = textOf(file);
    titles.set(file, source === undefined ? undefined : titlesOf(source));
  }
  return titles.get(file);
}

const { complaints, pending, counts } = judgeTrace(parseTable(textOf(PAGE) ?? ''), REQUIREMENTS, {
  titlesIn,
  sectionOf: (file, heading) => sectionIn(textOf(file) ?? '', heading),
  checks: new Set(Object.values(tiers).flatMap(({ checks = [] }) => checks.map(({ name }) => name))),
  results: options.results === undefined ? undefined : readResults(resolve(ROOT, options.results), ROOT),
});

const fatal = [...complaints, ...pending.map((row) => `pending: ${row}`)];
for (const text of fatal) console.error(`${PAGE}: ${text}`);
const judged = options.results === undefined ? 'as written' : 'against this run';
console.log(
  `${REQUIREMENTS.length} requirements ${judged}: ${Object.entries(counts)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ')}`,
);
process.exitCode = fatal.length === 0 ? 0 : 1;
