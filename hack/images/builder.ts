import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../lib/files.ts';
import { capture } from '../lib/shell.ts';
import { ensureFolder } from './cache.ts';
import { captureIsolated } from './isolation.ts';

const BASES_KEPT = 6;

export interface BuildRequest {
  readonly ref: string;
  readonly containerfile: string;
  readonly context: string;
  readonly baseImage: string;
  /** Content of files that build steps see under /run/secrets and that stay out of the image. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Time of every file and of the image itself, in seconds since 1970. */
  readonly epoch: number;
}

/** A program that builds images. */
export interface Builder {
  readonly name: 'buildah' | 'docker';
  build(request: BuildRequest): Promise<void>;
  /** Writes a docker-archive. */
  save(ref: string, archive: string): Promise<void>;
  /** Makes the image of an archive available as a base. */
  load(ref: string, archive: string): Promise<void>;
  /** diff ids of an image's layers. */
  layers(ref: string): Promise<string[]>;
  /** Forgets an image that is archived. */
  remove(ref: string): Promise<void>;
  /** Pushes the image of an archive to a registry. */
  push(ref: string, archive: string, target: string): Promise<void>;
}

async function withSecretFiles(
  secrets: BuildRequest['secrets'],
  work: (args: string[]) => Promise<unknown>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'build-secrets-'));
  try {
    const args = Object.entries(secrets).map(([id, content]) => {
      writeFileSync(join(folder, id), content, { mode: 0o600 });
      return `--secret=id=${id},src=${join(folder, id)}`;
    });
    await work(args);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * buildah with a store of its own, so that nothing else on the machine is touched.
 */
export class Buildah implements Builder {
  readonly name = 'buildah';
  readonly #store: string;

  constructor(store: string) {
    this.#store = ensureFolder(store);
  }

  #run(args: readonly string[]): Promise<string> {
    const store = ['--root', join(this.#store, 'root'), '--runroot', join(this.#store, 'run')];
    return captureIsolated('buildah', [...store, ...args]);
  }

  /** Removes what a killed run left. A store that is damaged, or full of old bases, is started afresh: the archives remain. */
  async recover(): Promise<void> {
    if (!existsSync(join(this.#store, 'root'))) return;
    try {
      await this.#run(['rm', '--all']);
      const known = await this.#run(['images', '--quiet']);
      if (known.trim().split('\n').length <= BASES_KEPT) return;
    } catch {
      // Whatever is wrong with it goes with it.
    }
    this.startAfresh();
  }

  /** Forgets every image; the archives from which they are loaded again remain. */
  startAfresh(): void {
    rmSync(this.#store, { recursive: true, force: true });
    ensureFolder(this.#store);
  }

  async build(request: BuildRequest): Promise<void> {
    // Images are the same wherever and whenever they are built: no identity label, one time for all files.
    const fixed = [
      '--format=oci',
      '--identity-label=false',
      '--omit-history',
      `--timestamp=${request.epoch}`,
    ];
    const how = ['--isolation=chroot', '--network=host', '--pull-never', '--quiet'];
    const inputs = [`--build-arg=BASE_IMAGE=${request.baseImage}`, `--file=${request.containerfile}`];
    await withSecretFiles(request.secrets, (secrets) =>
      this.#run(['build', ...how, ...fixed, ...inputs, ...secrets, `--tag=${request.ref}`, request.context]),
    );
  }

  save(ref: string, archive: string): Promise<void> {
    return writeWhole(archive, (partial) =>
      this.#run(['push', '--quiet', ref, `docker-archive:${partial}:${ref}`]),
    );
  }

  async load(ref: string, archive: string): Promise<void> {
    const known = await this.#run(['images', '--quiet', ref]).catch(() => '');
    if (known.trim() === '') await this.#run(['pull', '--quiet', `docker-archive:${archive}`]);
  }

  async layers(ref: string): Promise<string[]> {
    const inspected = await this.#run(['inspect', '--type', 'image', ref]);
    return z
      .object({ OCIv1: z.object({ rootfs: z.object({ diff_ids: z.array(z.string()) }) }) })
      .parse(JSON.parse(inspected)).OCIv1.rootfs.diff_ids;
  }

  async remove(ref: string): Promise<void> {
    await this.#run(['rmi', ref]);
  }

  async push(ref: string, archive: string, target: string): Promise<void> {
    await this.load(ref, archive);
    // What Docker does of itself: a registry on this very machine need not have a certificate.
    const plain = /^(localhost|127\.[0-9.]+)(:|\/)/.test(target) ? ['--tls-verify=false'] : [];
    await this.#run(['push', '--quiet', ...plain, ref, `docker://${target}`]);
    await this.remove(ref);
  }
}

/**
 * SOURCE_DATE_EPOCH alone dates the image; `rewrite-timestamp` dates its files too. Docker's older image store does not know
 * that and leaves them as they are: the image then works the same and has another id at every build.
 */
export function dockerBuildArguments(request: BuildRequest, secrets: readonly string[]): string[] {
  const { ref, containerfile, context, baseImage, epoch } = request;
  return [
    ...['build', '--quiet', '--output=type=docker,rewrite-timestamp=true', `--tag=${ref}`],
    ...[`--build-arg=SOURCE_DATE_EPOCH=${epoch}`, `--build-arg=BASE_IMAGE=${baseImage}`],
    ...[`--file=${containerfile}`, ...secrets, context],
  ];
}

/** Docker with BuildKit, for people who have a daemon: bases come from a registry as the Containerfiles name them. */
export class Docker implements Builder {
  readonly name = 'docker';

  async build(request: BuildRequest): Promise<void> {
    await withSecretFiles(request.secrets, (secrets) =>
      capture('docker', dockerBuildArguments(request, secrets), { env: { DOCKER_BUILDKIT: '1' } }),
    );
  }

  save(ref: string, archive: string): Promise<void> {
    return writeWhole(archive, (partial) => capture('docker', ['save', '--output', partial, ref]));
  }

  async load(ref: string): Promise<void> {
    await capture('docker', ['pull', '--quiet', ref]);
  }

  async layers(ref: string): Promise<string[]> {
    const inspected = await capture('docker', [
      'image',
      'inspect',
      '--format',
      '{{json .RootFS.Layers}}',
      ref,
    ]);
    return z.array(z.string()).parse(JSON.parse(inspected));
  }

  async push(ref: string, archive: string, target: string): Promise<void> {
    await capture('docker', ['load', '--quiet', '--input', archive]);
    await capture('docker', ['tag', ref, target]);
    await capture('docker', ['push', '--quiet', target]);
  }

  async remove(): Promise<void> {
    // Docker's own cache makes the next build quick, and its clean-up is the user's.
  }
}
