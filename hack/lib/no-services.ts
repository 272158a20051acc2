import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** Debian asks this program before a package starts a service; 101 is no. */
const POLICY = '/usr/sbin/policy-rc.d';

/** Says no while process `pid` lives. Should that one be killed, the file goes at the next question, with a yes. */
export const policyOf = (pid: number): string => `#!/bin/sh
# Written by the Stock Analysis Platform while it installs packages for their programs alone.
[ -d /proc/${pid} ] && exit 101
rm -f "$0"
exit 0
`;

/**
 * Does the work, in which no package starts a service of its own: Debian's prometheus and containerd would begin to listen on
 * a machine with systemd. A policy that is there already is somebody's and stays.
 */
export async function withoutServices<T>(work: () => Promise<T>, file: string = POLICY): Promise<T> {
  if (existsSync(file)) return work();
  writeFileSync(file, policyOf(process.pid), { mode: 0o755, flag: 'wx' });
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
