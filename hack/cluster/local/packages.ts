import { existsSync } from 'node:fs';
import { capture } from '../../deploy/shell.ts';
import { say, step } from '../step.ts';

/** Debian packages and a file that each brings. */
const PACKAGES = {
  containerd: '/usr/bin/containerd',
  runc: '/usr/sbin/runc',
  'containernetworking-plugins': '/usr/lib/cni/bridge',
  iptables: '/usr/sbin/iptables',
  conntrack: '/usr/sbin/conntrack',
  iproute2: '/usr/sbin/ip',
  openssl: '/usr/bin/openssl',
  'busybox-static': '/usr/bin/busybox',
} as const;

const present = (file: string): boolean => existsSync(file) || existsSync(file.replace('/usr/', '/'));

/** Installs what the local cluster lacks on this machine, after saying so. */
export async function ensurePackages(extra: Readonly<Record<string, string>> = {}): Promise<void> {
  const missing = Object.entries({ ...PACKAGES, ...extra }).filter(([, file]) => !present(file));
  const names = missing.map(([name]) => name);
  if (names.length === 0) return;
  if (process.getuid?.() !== 0) {
    throw new Error(
      `the local cluster needs the Debian packages ${names.join(', ')}; run as root or: apt-get install ${names.join(' ')}`,
    );
  }
  say(`these Debian packages are missing and will be installed: ${names.join(', ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await step('apt-get update', () => capture('apt-get', ['update', '-qq'], { env }));
  await step(`apt-get install ${names.join(' ')}`, () =>
    capture('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env }),
  );
}
