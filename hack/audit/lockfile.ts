import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageName } from '../images/lockfile.ts';
import { capture } from '../lib/shell.ts';
import { Reason, readData } from './data.ts';
import { verdictOf, type Verdict } from './gate.ts';

const names = z.record(z.string(), z.string()).default({});

/** What is read of package-lock.json, version 3. */
const Lockfile = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
      dependencies: names,
      devDependencies: names,
      optionalDependencies: names,
      peerDependencies: names,
    }),
  ),
});

export type Lockfile = z.infer<typeof Lockfile>;
type Entry = Lockfile['packages'][string];

/** Package → why it may state an install script, which npm does not run here. */
const InstallScripts = z.record(z.string(), Reason);
export type InstallScripts = z.infer<typeof InstallScripts>;

const HASH = /^sha512-[A-Za-z0-9+/]{86}==$/;
const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
/** What npm takes from somewhere else than a registry: a URL, a path, a repository (`user/name`). */
const ELSEWHERE = /^(?!npm:)([a-z+]+:|\.{0,2}\/|~\/|[^@\s/]+\/[^/\s]+$)/i;

const isInstalled = (folder: string, entry: Entry): boolean =>
  folder.includes('node_modules/') && entry.link !== true;

function judgeInstalled(folder: string, entry: Entry): string[] {
  const subject = `${packageName(folder)}@${entry.version} (${folder})`;
  const findings: string[] = [];
  if (entry.integrity === undefined)
    findings.push(
      `${subject} has no integrity hash, so npm ci takes whatever it is given: rm -rf node_modules package-lock.json && npm install`,
    );
  else if (!HASH.test(entry.integrity)) findings.push(`${subject}: ${entry.integrity} is no sha512 hash`);
  if (entry.resolved !== undefined)
    findings.push(
      `${subject} names where it came from (resolved): .npmrc has omit-lockfile-registry-resolved`,
    );
  if (!EXACT.test(entry.version ?? '')) findings.push(`${subject} has no exact version`);
  return findings;
}

function judgeSpecs(folder: string, entry: Entry): string[] {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = entry;
  // Development dependencies of a package are never installed; those of a workspace are.
  const isWorkspace = !folder.includes('node_modules/');
  const wanted = { ...dependencies, ...optionalDependencies, ...(isWorkspace ? devDependencies : {}) };
  const all = Object.entries({ ...wanted, ...peerDependencies });
  const where = folder === '' ? 'the root' : folder;
  const elsewhere = all
    .filter(([, spec]) => ELSEWHERE.test(spec))
    .map(([name, spec]) => `${where} takes ${name} from ${spec}: only packages of a registry have a hash`);
  const loose = Object.entries(isWorkspace ? wanted : {})
    .filter(([, spec]) => !EXACT.test(spec) && !ELSEWHERE.test(spec))
    .map(([name, spec]) => `${where} wants ${name} as ${spec}: pin it exactly`);
  return [...elsewhere, ...loose];
}

function judgeInstallScripts(packages: Lockfile['packages'], allowed: InstallScripts): string[] {
  const found = new Set(
    Object.entries(packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([folder]) => packageName(folder)),
  );
  return [
    ...[...found]
      .filter((name) => !Object.hasOwn(allowed, name))
      .map(
        (name) =>
          `${name} states an install script: see what it would do, then add it to install-scripts.yaml`,
      ),
    ...Object.keys(allowed)
      .filter((name) => !found.has(name))
      .map((name) => `${name} has no install script (any more): remove it from install-scripts.yaml`),
  ];
}

/** What is wrong with a lockfile; nothing when npm ci can only install what was reviewed. */
export function judgeLockfile(lockfile: Lockfile, allowed: InstallScripts): string[] {
  const entries = Object.entries(lockfile.packages);
  return [
    ...entries
      .filter(([folder, entry]) => isInstalled(folder, entry))
      .flatMap((one) => judgeInstalled(...one)),
    ...entries.flatMap((one) => judgeSpecs(...one)),
    ...judgeInstallScripts(lockfile.packages, allowed),
  ];
}

const ANY_OVERRIDE =
  /ignore[-_]scripts(=|\s+)(false|0|no)\b|--no-ignore-scripts|\bnpm\s+(rebuild|explore)\b/i;

/**
 * What would run install scripts in spite of .npmrc.
 * @param files path → content of what calls npm: Makefile, scripts, Containerfiles, manifests, every .npmrc
 * @param effective what `npm config get ignore-scripts` says here, with the user's settings and the environment
 */
export function judgeScriptsOff(files: ReadonlyMap<string, string>, effective: string): string[] {
  const settings = (files.get('.npmrc') ?? '').split('\n').map((line) => line.replaceAll(/\s/g, ''));
  const findings = settings.includes('ignore-scripts=true') ? [] : ['.npmrc lacks ignore-scripts=true'];
  if (effective.trim() !== 'true')
    findings.push(
      `npm's effective ignore-scripts is ${effective.trim()}: the environment or a user's .npmrc overrides ours`,
    );
  for (const [path, content] of files) {
    if (path !== '.npmrc' && path.endsWith('.npmrc'))
      findings.push(`${path}: there is one .npmrc, at the root`);
    const override = ANY_OVERRIDE.exec(content)?.[0];
    if (override !== undefined) findings.push(`${path} turns install scripts on (${override})`);
  }
  return findings;
}

const CALLS_NPM =
  /(^|\/)(Makefile|Containerfile|[^/]+\.Containerfile|package\.json|\.npmrc|[^/]+\.sh)$|^\.ci\//;

/** Tracked files, and those not yet, that call npm or configure it. */
async function filesThatCallNpm(root: string): Promise<Map<string, string>> {
  const list = await capture('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  const paths = list.split('\n').filter((path) => CALLS_NPM.test(path) && existsSync(join(root, path)));
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

export const readLockfile = (root: string): Lockfile =>
  Lockfile.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));

export const readInstallScripts = (): InstallScripts => readData('install-scripts.yaml', InstallScripts);

/** The gate: hashes, sources and install scripts of every package of the lockfile. */
export async function lockfileVerdict(root: string): Promise<Verdict> {
  const lockfile = readLockfile(root);
  const allowed = readInstallScripts();
  const effective = await capture('npm', ['config', 'get', 'ignore-scripts'], { cwd: root });
  const findings = [
    ...judgeLockfile(lockfile, allowed),
    ...judgeScriptsOff(await filesThatCallNpm(root), effective),
  ];
  const count = Object.entries(lockfile.packages).filter((one) => isInstalled(...one)).length;
  const scripts = Object.keys(allowed).join(', ');
  return verdictOf(
    findings,
    `${count} packages by sha512; install scripts are off, and only ${scripts} state one`,
  );
}
