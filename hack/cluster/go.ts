import { ensurePackages } from '../lib/debian-packages.ts';
import { capture } from '../lib/shell.ts';

/** The first that fetches the newer toolchain which a module asks for by itself. */
const OLDEST = [1, 21] as const;
const NEEDED = `Go ${OLDEST.join('.')} or newer`;
const PACKAGE = { 'golang-go': '/usr/bin/go' };

/** Whether a version as Go or Debian writes it (`go1.26.8`, `2:1.24~2`) is new enough. */
export function isNewEnough(version: string): boolean {
  const [, major = '0', minor = '0'] = /(?:^|[^\d.])(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1]);
}

/** The version that `apt-cache policy` would install; undefined where it knows none. */
export function candidateIn(policy: string): string | undefined {
  const version = /^\s*Candidate: (\S+)/m.exec(policy)?.[1];
  return version === '(none)' ? undefined : version;
}

/** `go1.26.8`; undefined where there is none. Asked away from any go.mod, which could make it fetch another. */
const installed = (): Promise<string | undefined> =>
  capture('go', ['env', 'GOVERSION'], { cwd: '/', env: { GOTOOLCHAIN: 'local' } }).then(
    (text) => text.trim(),
    () => undefined,
  );

/**
 * Sees to a Go that can build our tools: the one that is there, else Debian's where that is new enough and we are root.
 * @throws Error that says which is missing and where to get it
 */
export async function ensureGo(): Promise<void> {
  const found = await installed();
  if (found !== undefined && isNewEnough(found)) return;
  const candidate = candidateIn(await capture('apt-cache', ['policy', 'golang-go']).catch(() => ''));
  const isPackaged = candidate !== undefined && isNewEnough(candidate);
  if (found === undefined && isPackaged && process.getuid?.() === 0) return ensurePackages(PACKAGE);
  throw new Error(
    `kubectl, helm and Kubernetes are built from Go modules, which takes ${NEEDED}; this machine has ${found ?? 'none'}. ` +
      (isPackaged ? 'Run apt-get install golang-go' : 'Install it from https://go.dev/dl') +
      ' so that `go` is on the PATH; the newer toolchain that a module asks for is then fetched by Go itself.',
  );
}
