import { readFileSync } from 'node:fs';
import { z } from 'zod';

const names = z.record(z.string(), z.string()).optional();

/** What is read of package-lock.json (lockfileVersion 3): one entry per installed folder, `node_modules/…` paths as keys. */
const Lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      license: z.string().optional(),
      link: z.boolean().optional(),
      dependencies: names,
      devDependencies: names,
      peerDependencies: names,
      peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).optional(),
    }),
  ),
});

export type LockPackages = z.infer<typeof Lockfile>['packages'];
type LockEntry = LockPackages[string];

export function readLockfile(path: string): LockPackages {
  return Lockfile.parse(JSON.parse(readFileSync(path, 'utf8'))).packages;
}

const MODULES = 'node_modules/';

/** `node_modules/a/node_modules/@s/b` → `@s/b` */
export const packageName = (folder: string): string =>
  folder.slice(folder.lastIndexOf(MODULES) + MODULES.length);

/** The folders that Node searches for a package from inside `folder`, nearest first: its own node_modules, then each parent's. */
function searchPaths(folder: string): string[] {
  const parts = folder === '' ? [] : folder.split('/');
  const paths: string[] = [];
  for (let length = parts.length; length >= 0; length--) {
    if (parts[length - 1] === 'node_modules') continue;
    paths.push([...parts.slice(0, length), ''].join('/') + MODULES);
  }
  return paths;
}

function resolve(packages: LockPackages, folder: string, name: string): string | undefined {
  return searchPaths(folder)
    .map((path) => path + name)
    .find((path) => path in packages);
}

function requiredNames(entry: LockEntry): string[] {
  const peers = Object.keys(entry.peerDependencies ?? {});
  return [
    ...Object.keys(entry.dependencies ?? {}),
    ...peers.filter((name) => entry.peerDependenciesMeta?.[name]?.optional !== true),
  ];
}

/**
 * Folders of the packages that the one in `folder` needs at run time.
 * @param wanted names; by default its dependencies and required peers
 * @throws Error naming the package that the lockfile does not hold
 */
export function requirementsOf(
  packages: LockPackages,
  folder: string,
  wanted: readonly string[] = requiredNames(packages[folder] ?? {}),
): string[] {
  return wanted.map((name) => {
    const path = resolve(packages, folder, name);
    if (path !== undefined) return path;
    throw new Error(`package-lock.json lacks ${name}, which ${folder} needs: run npm install`);
  });
}

/**
 * Folders of all packages that `roots` of a workspace need at run time, transitively: dependencies and required peers,
 * without optional and development dependencies. Resolution is Node's own, so nested versions stay where they are.
 * @param roots names to start from; by default everything in the workspace's `dependencies`
 * @throws Error naming the package that the lockfile does not hold, or a link to another workspace
 */
export function productionClosure(
  packages: LockPackages,
  workspace: string,
  roots?: readonly string[],
): string[] {
  const root = packages[workspace];
  if (!root) throw new Error(`package-lock.json has no workspace ${workspace}: run npm install`);
  const found = new Set<string>();
  const queue = requirementsOf(packages, workspace, roots ?? Object.keys(root.dependencies ?? {}));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (packages[path]?.link === true)
      throw new Error(
        `${workspace} depends on the workspace ${packageName(path)}, which an image cannot copy`,
      );
    if (found.has(path)) continue;
    found.add(path);
    queue.push(...requirementsOf(packages, path));
  }
  return [...found].sort();
}

/** One line per package, for a content key: where it lies and what npm verified at its installation. */
export function lockLines(packages: LockPackages, folders: readonly string[]): string[] {
  return folders.map((folder) => `${folder} ${packages[folder]?.version} ${packages[folder]?.integrity}`);
}
