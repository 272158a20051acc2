import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageScan } from './image-scan.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'grype-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A program that answers as grype does: its version, and to everything else what `answer` says in shell. */
function scanner(answer: string): string {
  const file = join(folder, 'grype');
  writeFileSync(file, `#!/bin/sh\n[ "$1" = version ] && exit 0\n${answer}\n`);
  chmodSync(file, 0o755);
  return file;
}

const match = (id: string, severity: string, versions: readonly string[]): object => ({
  vulnerability: { id, severity, fix: { versions, state: versions.length > 0 ? 'fixed' : 'not-fixed' } },
  artifact: { name: 'libexample1', version: '1.2-3', type: 'deb' },
});

const answering = (...matches: readonly object[]): string =>
  scanner(`cat <<'EOF'\n${JSON.stringify({ matches, source: {} })}\nEOF`);

const images = [
  { name: 'app', archive: '/archives/app.tar' },
  { name: 'postgres', archive: '/archives/postgres.tar' },
];

describe('imageScan', () => {
  it('reports what is high or worse once, though two images hold it', async () => {
    const grype = answering(match('CVE-2026-1', 'High', ['1.2-4']), match('CVE-2026-2', 'Low', []));
    expect(await imageScan(images, grype)).toEqual({
      name: 'image scan',
      ran: true,
      summary: '2 images; 1 findings below high',
      found: [
        {
          id: 'CVE-2026-1',
          package: 'libexample1',
          version: '1.2-3',
          severity: 'high',
          title: 'fixed in 1.2-4: build the images anew, or update it',
        },
      ],
    });
  });

  it('reports what has no fix, and what nobody has rated', async () => {
    const grype = answering(match('CVE-2026-1', 'Critical', []), match('CVE-2026-2', 'Unknown', []));
    const scan = await imageScan(images, grype);
    expect(scan).toMatchObject({ found: [{ title: 'no fix yet (not-fixed)' }, { id: 'CVE-2026-2' }] });
  });

  it('reads the archive of each image', async () => {
    const log = join(folder, 'log');
    await imageScan(images, scanner(`echo "$1" >> ${log}; echo '{"matches":[]}'`));
    expect(readFileSync(log, 'utf8')).toBe(
      'docker-archive:/archives/app.tar\ndocker-archive:/archives/postgres.tar\n',
    );
  });

  it('has not run where there is no scanner', async () => {
    expect(await imageScan(images, join(folder, 'absent'))).toMatchObject({
      ran: false,
      reason: expect.stringContaining('no grype on the PATH'),
    });
  });

  it('has not run where the scanner has no database', async () => {
    const refusing = scanner(
      String.raw`printf '[0001]  WARN unable to update\n[0003] ERROR \033[31mfailed to load vulnerability db\033[0m\n' >&2; exit 1`,
    );
    expect(await imageScan(images, refusing)).toEqual({
      name: 'image scan',
      ran: false,
      reason: 'grype gave no answer for app: ERROR failed to load vulnerability db',
    });
  });

  it('has not run where an image is not built', async () => {
    const scan = await imageScan([...images, { name: 'aktools', archive: undefined }], answering());
    expect(scan).toMatchObject({ ran: false, reason: 'the image aktools is not built: make images' });
  });

  it('has not run where the answer is not what grype prints', async () => {
    expect(await imageScan(images, scanner('echo "{}"'))).toMatchObject({ ran: false });
  });
});
