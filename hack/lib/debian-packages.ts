import { existsSync } from 'node:fs';
import { capture } from './shell.ts';
import { withoutServices } from './no-services.ts';
import { say, step } from './progress.ts';

/** Package → a file or folder that it brings. */
export type Packages = Readonly<Record<string, string>>;

/** Installs the Debian packages that this machine lacks, after saying which. None of them starts a service of its own. */
export async function ensurePackages(packages: Packages): Promise<void> {
  const names = Object.entries(packages)
    .filter(([, file]) => !existsSync(file))
    .map(([name]) => name);
  if (names.length === 0) return;
  if (process.getuid?.() !== 0) {
    throw new Error(
      `these Debian packages are missing; install them first: apt-get install ${names.join(' ')}`,
    );
  }
  say(`these Debian packages are missing and will be installed: ${names.join(', ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await step('apt-get update', () => capture('apt-get', ['update', '-qq'], { env }));
  await step(`apt-get install ${names.join(' ')}`, () =>
    withoutServices(() =>
      capture('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env }),
    ),
  );
}
