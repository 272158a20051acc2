import { ensurePackages } from '../lib/debian-packages.ts';

/** Debian packages that making images without Docker takes, and a file that each brings. */
const PACKAGES = {
  buildah: '/usr/bin/buildah',
  debootstrap: '/usr/sbin/debootstrap',
  'debian-archive-keyring': '/usr/share/keyrings/debian-archive-keyring.gpg',
} as const;

/**
 * Installs what this machine lacks, after saying so.
 * @throws Error when we are not root: debootstrap and buildah need it
 */
export async function ensureHostPackages(): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Error(
      'making images without Docker takes root: run as root, or start Docker, or set IMAGE_BUILDER=docker',
    );
  }
  await ensurePackages(PACKAGES);
}
