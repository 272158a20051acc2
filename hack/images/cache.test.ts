import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pruneArchives, removePartialFiles } from './cache.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cache-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('pruneArchives keeps the newest of one name and everything else', () => {
  for (const name of ['app-1.json', 'app-2.json']) writeFileSync(join(folder, name), '');
  for (const [age, name] of [
    'app-1.tar',
    'app-2.tar',
    'app-3.tar',
    'postgres-1.tar',
    'app-0.log',
  ].entries()) {
    writeFileSync(join(folder, name), '');
    utimesSync(join(folder, name), 1000 + age, 1000 + age);
  }
  pruneArchives(folder, 'app-', 2);
  expect(readdirSync(folder).sort()).toEqual([
    'app-0.log',
    'app-2.json',
    'app-2.tar',
    'app-3.tar',
    'postgres-1.tar',
  ]);
});

it('removePartialFiles leaves what was finished', () => {
  for (const name of ['app-1.tar', 'app-2.tar.partial']) writeFileSync(join(folder, name), '');
  removePartialFiles(folder);
  expect(readdirSync(folder)).toEqual(['app-1.tar']);
});
