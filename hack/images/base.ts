import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { step } from '../lib/progress.ts';
import { capture } from '../lib/shell.ts';
import { aptSecrets, debianArchive, hostAptConfiguration } from './apt.ts';
import type { Builder } from './builder.ts';
import type { BaseName, Source } from './catalog.ts';
import { contentKey } from './content-key.ts';
import { captureIsolated } from './isolation.ts';
import { lockLines } from './lockfile.ts';
import { freshFolder } from './staging.ts';

export const SUITE = 'trixie';
const FOLDER = 'hack/images/base';
const REGISTRY_BASES: Readonly<Record<BaseName, string>> = {
  debian: 'debian:trixie-slim',
  node: 'node:24-trixie-slim',
};

/** How the bases are made on this machine. */
export interface Bases {
  /** Reference that goes into `BASE_IMAGE`; decides the image that is built on it. */
  ref(name: BaseName): string;
  /** Makes a base and those below it present in the builder, from the cache where it can. */
  ensure(name: BaseName): Promise<void>;
  /** The secrets of build steps that install Debian packages. */
  aptSecrets(): Promise<Record<string, string>>;
}

/** The usual images of a registry, which the builder pulls itself. */
export function registryBases(builder: Builder): Bases {
  return {
    ref: (name) => REGISTRY_BASES[name],
    ensure: (name) => builder.load(REGISTRY_BASES[name], ''),
    aptSecrets: () => Promise.resolve({}),
  };
}

export interface PackageBaseOptions {
  readonly source: Source;
  readonly builder: Builder;
  /** Folder of the archives. */
  readonly archives: string;
  /** Folder for trees that are removed again. */
  readonly scratch: string;
  readonly epoch: number;
}

/** Bases made from Debian's and npm's packages alone, for machines that reach no container registry. */
export function packageBases(options: PackageBaseOptions): Bases {
  const { source, builder, archives } = options;
  const nodePackage = `node_modules/node-${source.platform}`;
  const debianKey = contentKey(
    source.root,
    [`${FOLDER}/Containerfile`, `${FOLDER}/slim.sh`, `${FOLDER}.ts`],
    [SUITE, source.platform],
  );
  const nodeFacts = [debianKey, ...lockLines(source.packages, [nodePackage])];
  const nodeKey = contentKey(source.root, [`${FOLDER}/node.Containerfile`], nodeFacts);
  const refs = {
    debian: `localhost/stock-analysis/base:${debianKey}`,
    node: `localhost/stock-analysis/node-base:${nodeKey}`,
  };
  const secrets = async (): Promise<Record<string, string>> => {
    const { conf, sources } = aptSecrets(await debianArchive(), SUITE, await hostAptConfiguration());
    return { 'apt-conf': conf, 'apt-sources': sources };
  };
  const stages = {
    debian: async (context: string): Promise<void> => {
      await debootstrap(context, await debianArchive());
      cpSync(join(source.root, FOLDER, 'slim.sh'), join(context, 'slim.sh'));
    },
    node: async (context: string): Promise<void> => {
      await ensure('debian');
      if (!existsSync(join(source.root, nodePackage)))
        throw new Error(`${nodePackage} is not installed: run npm ci on ${source.platform}`);
      cpSync(join(source.root, nodePackage, 'bin/node'), join(context, 'node'));
      cpSync(join(source.root, nodePackage, 'LICENSE'), join(context, 'LICENSE'));
    },
  };
  async function ensure(name: BaseName): Promise<void> {
    const ref = refs[name];
    const archive = join(archives, `base-${name}-${ref.split(':').at(-1)}.tar`);
    if (existsSync(archive)) return builder.load(ref, archive);
    await step(`base image ${ref} from packages`, async () => {
      const context = freshFolder(join(options.scratch, `base-${name}`));
      await stages[name](context);
      const containerfile = join(
        source.root,
        FOLDER,
        name === 'debian' ? 'Containerfile' : 'node.Containerfile',
      );
      const needs = name === 'debian' ? await secrets() : {};
      await builder.build({
        ref,
        containerfile,
        context,
        baseImage: refs.debian,
        secrets: needs,
        epoch: options.epoch,
      });
      await builder.save(ref, archive);
      rmSync(context, { recursive: true });
    });
  }
  return { ref: (name) => refs[name], ensure, aptSecrets: secrets };
}

/** Writes rootfs.tar into the context. */
async function debootstrap(context: string, archive: string): Promise<void> {
  const tree = mkdtempSync(join(context, 'tree-'));
  await captureIsolated('debootstrap', ['--variant=minbase', SUITE, tree, archive]);
  // The builder makes device nodes of its own, and mounts the other two over whatever is there.
  const without = ['--exclude=./dev/*', '--exclude=./etc/resolv.conf', '--exclude=./etc/hostname'];
  const rootfs = join(context, 'rootfs.tar');
  await capture('tar', [
    '--create',
    '--file',
    rootfs,
    '--directory',
    tree,
    ...without,
    '--sort=name',
    '--numeric-owner',
    '.',
  ]);
  rmSync(tree, { recursive: true });
}
