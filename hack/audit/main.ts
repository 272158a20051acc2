/**
 * The audit of what the project is made of: one line per gate, and exit code 1 when any failed.
 *
 * usage: main.ts
 * GRYPE names the image scanner where it is not on the PATH.
 */
import { join } from 'node:path';
import { listImages } from '../images/build.ts';
import type { Source } from '../images/catalog.ts';
import { readLockfile } from '../images/lockfile.ts';
import { ROOT } from '../lib/paths.ts';
import { today } from './data.ts';
import { judgeExceptions, judgeScan, readExceptions, type Scan } from './exceptions.ts';
import { exitCodeOf, judgeAll, tableOf, type Gate } from './gate.ts';
import { imageScan } from './image-scan.ts';
import { imageLicences, npmLicences } from './licence-gates.ts';
import { readPolicy } from './licences.ts';
import { lockfileVerdict } from './lockfile.ts';
import { npmAudit } from './npm-audit.ts';
import { secretsVerdict } from './secrets.ts';

async function gates(): Promise<Gate[]> {
  const packages = readLockfile(join(ROOT, 'package-lock.json'));
  const source: Source = { root: ROOT, packages, platform: `${process.platform}-${process.arch}` };
  const images = await listImages(ROOT);
  const archives = images.map(({ name, built }) => ({ name, archive: built?.archive }));
  const scans: Scan[] = [];
  const scanGate = (name: string, run: () => Promise<Scan>): Gate => ({
    name,
    judge: async () => {
      const scan = await run();
      scans.push(scan);
      return judgeScan(scan, readExceptions(), today());
    },
  });
  return [
    { name: 'lockfile', judge: () => lockfileVerdict(ROOT) },
    { name: 'licences of npm packages', judge: () => npmLicences(source, readPolicy()) },
    { name: 'licences in images', judge: () => imageLicences(source, images, readPolicy()) },
    { name: 'secrets in the history', judge: () => secretsVerdict(ROOT) },
    scanGate('npm audit', () => npmAudit(ROOT)),
    scanGate('image scan', () => imageScan(archives)),
    // Last: whether an exception is used shows when the scans are through.
    { name: 'exceptions', judge: () => judgeExceptions(readExceptions(), scans, today()) },
  ];
}

const rows = await judgeAll(await gates());
console.log(tableOf(rows));
process.exitCode = exitCodeOf(rows);
