import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { capture } from '../../lib/shell.ts';
import type { ProcessTable } from '../processes.ts';
import { waitFor } from '../waiting.ts';
import { containerdSocket, statePath } from './layout.ts';
import { SANDBOX_IMAGE } from './system-images.ts';

// A containerd of our own: root, state and socket lie in the state folder, so no other instance is touched.
const configuration = (): string => `version = 2
root = "${statePath('containerd', 'root')}"
state = "${statePath('containerd', 'state')}"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.aufs"]
[grpc]
  address = "${containerdSocket()}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${SANDBOX_IMAGE}"
  # Without CAP_SYS_RESOURCE a lower OOM score cannot be set.
  restrict_oom_score_adj = true
  disable_apparmor = true
  # Not in /run/netns, where those of others are: what is ours shows by its path, and goes with the state folder.
  netns_mounts_under_state_dir = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${statePath('cni', 'conf')}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
`;

const ctr = (args: readonly string[]): Promise<string> =>
  capture('ctr', ['-a', containerdSocket(), '-n', 'k8s.io', ...args], { endsWithUs: true });

export async function ensureContainerd(table: ProcessTable): Promise<void> {
  for (const folder of ['run', 'containerd', 'tmp']) mkdirSync(statePath(folder), { recursive: true });
  const file = statePath('containerd', 'config.toml');
  writeFileSync(file, configuration());
  table.start('containerd', 'containerd', ['-c', file], { TMPDIR: statePath('tmp') });
  const wait = { what: 'containerd to answer', timeoutMs: 30_000, process: { table, name: 'containerd' } };
  await waitFor(wait, () => ctr(['version']));
}

async function imageNames(): Promise<Set<string>> {
  return new Set((await ctr(['images', 'ls', '-q'])).split('\n').filter(Boolean));
}

/** The image names inside a docker-archive. */
async function tagsOf(archive: string): Promise<string[]> {
  const manifest = JSON.parse(await capture('tar', ['-xOf', archive, 'manifest.json'])) as {
    RepoTags: string[] | null;
  }[];
  return manifest.flatMap((entry) => entry.RepoTags ?? []);
}

/** Imports docker-archives; one whose names are all there already is skipped (tags here are made of the content). */
export async function importArchives(
  archives: readonly string[],
  say: (text: string) => void,
): Promise<void> {
  const present = await imageNames();
  for (const archive of archives) {
    if (!existsSync(archive)) throw new Error(`image archive ${archive} does not exist; run: make images`);
    const tags = await tagsOf(archive);
    if (tags.length > 0 && tags.every((tag) => present.has(tag))) continue;
    say(
      `importing ${tags.join(', ') || basename(archive)} (${(statSync(archive).size / 1e6).toFixed(0)} MB)`,
    );
    await ctr(['images', 'import', archive]);
  }
}
