import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KEYRING_PURPOSES, readKeyrings } from '../../app/server/src/common/configuration/keyrings.ts';
import { keyringsFolder } from '../../hack/start/keyrings.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyrings-'));
});
afterEach(() => rmSync(home, { recursive: true }));

it('what `npm start` makes are the keyrings that the server reads, and no others', () => {
  const folder = keyringsFolder(home);
  const issues: string[] = [];
  const keyrings = readKeyrings(folder, issues);
  expect(issues).toEqual([]);
  expect(Object.keys(keyrings ?? {}).toSorted()).toEqual(KEYRING_PURPOSES.toSorted());
  expect(readdirSync(folder).toSorted()).toEqual(
    KEYRING_PURPOSES.map((purpose) => `${purpose}.json`).toSorted(),
  );
});
