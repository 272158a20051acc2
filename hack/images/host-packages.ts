import { existsSync } from 'node:fs';
import { say, step } from '../cluster/step.ts';
import { capture } from '../deploy/shell.ts';

/** Debian packages that making images without Docker takes, and a file that each brings. */
const PACKAGES = {
  buildah: '/usr/bin/buildah',
  debootstrap: '/usr/sbin/debootstrap',
  'debian-archive-keyring': '/usr/share/keyrings/debian-archive-keyring.gpg',
} as const;

/**
 * Installs what this machine lacks, after saying so.
 * @throws Error naming the packages when this is no Debian or we are not root: debootstrap and buildah need root anyway
 */
export async function ensureHostPackages(): Promise<void> {
  const missing = Object.entries(PACKAGES).filter(([, file]) => !existsSync(file));
  if (process.getuid?.() !== 0) {
    throw new Error(
      'making images without Docker takes root: run as root, or start Docker, or set IMAGE_BUILDER=docker',
    );
  }
  if (missing.length === 0) return;
  const names = missing.map(([name]) => name);
  if (!existsSync('/usr/bin/apt-get')) {
    throw new Error(`making images without Docker takes ${names.join(', ')}: install them, or start Docker`);
  }
  say(`these Debian packages are missing and will be installed: ${names.join(', ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await step('apt-get update', () => capture('apt-get', ['update', '-qq'], { env }));
  await step(`apt-get install ${names.join(' ')}`, () =>
    capture('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env }),
  );
}
