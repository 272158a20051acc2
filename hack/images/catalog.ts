import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from '../lib/shell.ts';
import { lockLines, productionClosure, type LockPackages } from './lockfile.ts';
import { listFiles, stageFiles, stageManifest, stagePackages } from './staging.ts';

export type ImageName = 'operator' | 'app' | 'postgres' | 'sample-data' | 'aktools';
export type BaseName = 'debian' | 'node';

/** The checkout that images are made from. */
export interface Source {
  readonly root: string;
  readonly packages: LockPackages;
  /** npm's name of the platform, `linux-x64` */
  readonly platform: string;
}

/** The npm packages behind an image, by their folders in the lockfile. */
export interface NpmContent {
  /** Copied as they are, each at its place. */
  readonly installed: readonly string[];
  /** Their code or data is in files of another name: a bundle, a folder of samples. */
  readonly absorbed: readonly string[];
}

export interface ImageDefinition {
  readonly name: ImageName;
  readonly base: BaseName;
  /** Uncompressed bytes that the image may add to the Debian base. */
  readonly ceiling?: number;
  /** Files and folders which decide the content, relative to the root. */
  readonly inputs: readonly string[];
  /** Build steps that install Debian packages get the host's apt settings. */
  readonly needsApt?: boolean;
  /** Build steps that install Python packages get the host's pip settings. */
  readonly needsPip?: boolean;
  /** Which npm packages are in it, besides the one that Node itself is taken from. */
  npm(source: Source): NpmContent;
  /** What decides the content and is no file of the project. */
  facts(source: Source): string[];
  /** Lays out the build context in an empty folder. */
  stage(source: Source, context: string): Promise<void>;
}

const HERE = 'hack/images';
const STAGING = [`${HERE}/staging.ts`, `${HERE}/lockfile.ts`, `${HERE}/catalog.ts`];
const LEGAL = ['LICENSE', 'NOTICE'];
const MEGABYTE = 1_000_000;
const SAMPLE_ROOT = 'node_modules/hqchart/src/jscommon/umychart.testdata';
/** Minutes of shares only: the application reads no others (market-data/sample/sample-files.ts). */
const SAMPLE_FILES =
  /^(DayKLine\/[^/]+\.day\.kline\.json|M1KLine\/(0\d{5}\.sz|6\d{5}\.sh)\.minute\.kline\.json|shsz_stock_data\.js|symbollist_shsz\.js)$/;

async function compile(source: Source, project: string, target: string): Promise<void> {
  // Maps would point at sources that the image does not have.
  const options = ['--outDir', target, '--sourceMap', 'false', '--incremental', 'false'];
  // tsc writes what is wrong to standard output, which our errors do not quote.
  await capture('sh', ['-c', 'exec "$@" >&2', 'sh', 'tsc', '-p', join(source.root, project), ...options]);
}

function stageHelpers(source: Source, context: string, names: readonly string[]): void {
  for (const name of names)
    cpSync(join(source.root, HERE, name), join(context, name.split('/').at(-1) ?? name));
}

/** A workspace at its place in the tree: compiled sources, manifest, production packages, licences. */
async function stageWorkspace(
  source: Source,
  workspace: string,
  packages: readonly string[],
  context: string,
): Promise<void> {
  const target = join(context, 'root');
  mkdirSync(target, { recursive: true });
  await compile(source, `${workspace}/tsconfig.build.json`, join(target, workspace, 'dist'));
  stageManifest(source.root, workspace, target);
  stagePackages(source.root, packages, target, source.platform);
  stageFiles(source.root, LEGAL, target);
  stageHelpers(source, context, ['harden.sh', 'check-imports.mjs']);
}

function workspaceFacts(source: Source, workspace: string, tools: readonly string[]): string[] {
  const folders = [
    ...productionClosure(source.packages, workspace),
    ...productionClosure(source.packages, '', tools),
  ];
  return lockLines(source.packages, folders);
}

/** A workspace of which nothing but its own packages is in the image. */
const npmOf = (source: Source, workspace: string): NpmContent => ({
  installed: productionClosure(source.packages, workspace),
  absorbed: [],
});
const NO_NPM: NpmContent = { installed: [], absorbed: [] };

const operator: ImageDefinition = {
  name: 'operator',
  base: 'node',
  ceiling: 240 * MEGABYTE,
  inputs: [
    ...STAGING,
    ...LEGAL,
    `${HERE}/operator`,
    `${HERE}/harden.sh`,
    `${HERE}/check-imports.mjs`,
    'operator/src',
    'operator/package.json',
    'operator/tsconfig.build.json',
    'tsconfig.base.json',
  ],
  npm: (source) => npmOf(source, 'operator'),
  facts: (source) => workspaceFacts(source, 'operator', ['typescript']),
  stage: (source, context) => stageWorkspace(source, 'operator', operator.npm(source).installed, context),
};

const WEB_INPUTS = ['src', 'public', 'index.html', 'vite.config.ts', 'package.json', 'tsconfig.json'];

const app: ImageDefinition = {
  name: 'app',
  base: 'node',
  ceiling: 260 * MEGABYTE,
  inputs: [
    ...STAGING,
    ...LEGAL,
    `${HERE}/app`,
    `${HERE}/harden.sh`,
    `${HERE}/check-imports.mjs`,
    'app/server/src',
    'app/server/package.json',
    'app/server/tsconfig.json',
    'app/server/tsconfig.build.json',
    'tsconfig.base.json',
    ...WEB_INPUTS.map((name) => `app/web/${name}`),
  ],
  npm: (source) => ({
    ...npmOf(source, 'app/server'),
    // The page is one bundle.
    absorbed: productionClosure(source.packages, 'app/web'),
  }),
  facts: (source) => [
    ...workspaceFacts(source, 'app/server', ['typescript']),
    ...lockLines(source.packages, app.npm(source).absorbed),
    ...lockLines(source.packages, productionClosure(source.packages, 'app/web', ['vite'])),
  ],
  stage: async (source, context) => {
    await stageWorkspace(source, 'app/server', app.npm(source).installed, context);
    const web = join(source.root, 'app/web');
    await capture('vite', [
      'build',
      web,
      '--outDir',
      join(context, 'root/app/web/dist'),
      '--emptyOutDir',
      '--logLevel',
      'error',
    ]);
  },
};

const postgres: ImageDefinition = {
  name: 'postgres',
  base: 'debian',
  inputs: [`${HERE}/postgres`, `${HERE}/harden.sh`],
  needsApt: true,
  npm: () => NO_NPM,
  facts: () => [],
  stage: async (source, context) => {
    stageHelpers(source, context, ['harden.sh', 'postgres/install.sh', 'postgres/entrypoint.sh']);
  },
};

const sampleData: ImageDefinition = {
  name: 'sample-data',
  base: 'debian',
  inputs: [`${HERE}/sample-data`, `${HERE}/harden.sh`],
  npm: () => ({ installed: [], absorbed: ['node_modules/hqchart'] }),
  facts: (source) => [SAMPLE_FILES.source, ...lockLines(source.packages, sampleData.npm(source).absorbed)],
  stage: async (source, context) => {
    const from = join(source.root, SAMPLE_ROOT);
    const files = listFiles(from).filter((file) => SAMPLE_FILES.test(file));
    if (files.length < 3)
      throw new Error(
        `${SAMPLE_ROOT} lacks the sample files: npm ci installs hqchart, an optional dependency`,
      );
    for (const file of files) cpSync(join(from, file), join(context, 'sample-data', file));
    stageHelpers(source, context, ['harden.sh']);
  },
};

const AKTOOLS_FILES = [
  'install-python.sh',
  'install-packages.sh',
  'requirements.txt',
  'requirements-build.txt',
];

const aktools: ImageDefinition = {
  name: 'aktools',
  base: 'debian',
  ceiling: 300 * MEGABYTE,
  inputs: [`${HERE}/aktools`, `${HERE}/harden.sh`],
  needsApt: true,
  needsPip: true,
  npm: () => NO_NPM,
  facts: () => [],
  stage: async (source, context) => {
    // Locked for this platform alone: one of its packages exists for no other.
    if (source.platform !== 'linux-x64')
      throw new Error(`the aktools image is made on linux-x64, not on ${source.platform}`);
    stageHelpers(source, context, ['harden.sh', ...AKTOOLS_FILES.map((name) => `aktools/${name}`)]);
  },
};

export const images: readonly ImageDefinition[] = [operator, app, postgres, sampleData, aktools];
