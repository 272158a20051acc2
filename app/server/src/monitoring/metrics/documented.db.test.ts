import type { INestApplicationContext } from '@nestjs/common';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { createServerApplication } from '../../main.ts';
import { createWorkerApplication } from '../../worker.ts';
import { Metrics } from './metrics.ts';

const DOCUMENT = join(import.meta.dirname, '../../../../../docs/monitoring.md');
/** Those of the client library, which documents them. */
const NOT_OURS = /^(process_(?!disk)|nodejs_(?!eventloop_lag))/;

let database: TestDatabase;
let server: INestApplicationContext;
let worker: INestApplicationContext;

beforeAll(async () => {
  database = await createTestDatabase();
  // With a live source, whose gateway has metrics of its own; nobody is asked before the first load.
  const marketData = {
    provider: 'AKTools' as const,
    sample: {},
    aktools: { url: 'http://127.0.0.1:1' },
    symbols: ['600000.SH'],
  };
  [server, worker] = await Promise.all([
    createServerApplication(database.configuration('server')),
    createWorkerApplication(database.configuration('worker', { marketData })),
  ]);
});
afterAll(async () => {
  await Promise.all([server.close(), worker.close()]);
  await database.drop();
});

/** A formatter may have aligned the columns. */
const oneBlank = (row: string): string => row.replaceAll(/ +/g, ' ');

/** Rows of the table as the document has them, sorted. */
function registered(): string[] {
  const found = new Map<string, { readonly text: string; readonly roles: string[] }>();
  for (const [role, app] of [
    ['server', server],
    ['worker', worker],
  ] as const)
    for (const { name, help, labels } of app.get(Metrics).families()) {
      const text = `${labels.map((label) => `\`${label}\``).join(', ')} | ${help}`;
      const known = found.get(name) ?? { text, roles: [] };
      expect(known.text, `${name} is not the same in server and worker`).toBe(text);
      known.roles.push(role);
      found.set(name, known);
    }
  return [...found]
    .filter(([name]) => !NOT_OURS.test(name))
    .map(([name, { text, roles }]) => oneBlank(`| \`${name}\` | ${roles.join(', ')} | ${text} |`))
    .toSorted();
}

it('every metric stands in docs/monitoring.md, and nothing else', () => {
  const documented = readFileSync(DOCUMENT, 'utf8')
    .split('\n')
    .filter((line) => /^\| `(stock_analysis|http|nodejs)_/.test(line))
    .map(oneBlank);
  expect(documented.toSorted(), 'rows to have in the table of docs/monitoring.md').toEqual(registered());
});
