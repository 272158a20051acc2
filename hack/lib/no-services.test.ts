import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { policyOf, withoutServices } from './no-services.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'policy-'));
  file = join(folder, 'policy-rc.d');
});
afterEach(() => rmSync(folder, { recursive: true }));

const ask = (): number | null => spawnSync(file, ['prometheus', 'start']).status;

it('says no as long as the work lasts, and is gone afterwards, also when it fails', async () => {
  expect(await withoutServices(() => Promise.resolve(ask()), file)).toBe(101);
  expect(existsSync(file)).toBe(false);
  await expect(withoutServices(() => Promise.reject(new Error('apt-get')), file)).rejects.toThrow('apt-get');
  expect(existsSync(file)).toBe(false);
});

it('goes by itself where the process was killed', () => {
  const { pid } = spawnSync('true');
  writeFileSync(file, policyOf(pid), { mode: 0o755 });
  expect(ask()).toBe(0);
  expect(existsSync(file)).toBe(false);
});

it('leaves the policy of somebody else as it is', async () => {
  writeFileSync(file, '#!/bin/sh\nexit 104\n', { mode: 0o755 });
  expect(await withoutServices(() => Promise.resolve(ask()), file)).toBe(104);
  expect(readFileSync(file, 'utf8')).toBe('#!/bin/sh\nexit 104\n');
});
