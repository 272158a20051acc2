import { join } from 'node:path';

/** Where the files of a process's own control groups may be, likeliest first. */
export interface CgroupFolders {
  readonly version: 1 | 2;
  /** @param controller ignored by version 2, which has one folder for all */
  foldersOf(controller: string): readonly string[];
}

/**
 * Reads /proc/self/cgroup, lines of `hierarchy:controllers:path`. A pod that sees its own group as the root of the tree is
 * told the path `/`; one that does not (version 1 without a namespace of control groups) is told the path on the node, while
 * its own group is what is mounted: so the root is looked at after the path. Where both versions are mounted, memory
 * decides: the unified tree of such a node has no controllers.
 * @param root where control groups are mounted, /sys/fs/cgroup
 */
export function cgroupFolders(selfCgroup: string, root: string): CgroupFolders {
  const groups = selfCgroup.split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    // A group outside of the namespace is told as one above its root; nothing is to be read above the mount.
    return controllers === undefined || path === undefined ? [] : [{ controllers, path: join('/', path) }];
  });
  const holding = (controller: string): (typeof groups)[number] | undefined =>
    groups.find(({ controllers }) => controllers.split(',').includes(controller));
  if (holding('memory') === undefined) {
    const path = groups.find(({ controllers }) => controllers === '')?.path ?? '/';
    return { version: 2, foldersOf: () => unique([join(root, path), root]) };
  }
  return {
    version: 1,
    foldersOf: (controller) => {
      const group = holding(controller);
      const mount = join(root, group?.controllers ?? controller);
      // Some nodes mount `cpu,cpuacct` and have links of the single names to it, some have them apart.
      return unique([join(mount, group?.path ?? '/'), mount, join(root, controller)]);
    },
  };
}

const unique = (paths: readonly string[]): readonly string[] => [
  ...new Set(paths.map((path) => path.replace(/(.)\/$/, '$1'))),
];
