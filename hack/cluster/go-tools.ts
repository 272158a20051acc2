import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { capture } from '../lib/shell.ts';
import { cacheDir } from '../lib/paths.ts';
import { withLock } from '../lib/lock.ts';
import { step } from '../lib/progress.ts';
import { ensureGo } from './go.ts';

const KUBERNETES_VERSION = 'v1.34.4';
const [MAJOR, MINOR] = KUBERNETES_VERSION.slice(1).split('.');
const VERSION_PACKAGE = 'k8s.io/component-base/version';

interface GoModule {
  readonly tools: readonly string[];
  /** Names as Go gives them, where they differ from ours. */
  readonly rename?: Readonly<Record<string, string>>;
  readonly ldflags: string;
  /** A `main.go` of ours beside go.mod, for what nobody ships as a program; else go.mod names the programs. */
  readonly isOurs?: true;
  /** GOEXPERIMENT, where the source needs one. */
  readonly experiment?: string;
  /** On a cold machine with 2 cores, for the person who waits. */
  readonly coldMinutes: number;
}

/** One folder with a go.mod per entry below `go/`; their k8s.io versions differ, so they cannot share one. */
const MODULES = {
  kubernetes: {
    tools: [
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'kubelet',
      'kube-proxy',
      'kubectl',
      'etcd',
    ],
    rename: { server: 'etcd' },
    ldflags: [
      `-X ${VERSION_PACKAGE}.gitVersion=${KUBERNETES_VERSION}`,
      `-X ${VERSION_PACKAGE}.gitMajor=${MAJOR}`,
      `-X ${VERSION_PACKAGE}.gitMinor=${MINOR}`,
    ].join(' '),
    coldMinutes: 6,
  },
  coredns: { tools: ['coredns'], ldflags: '', coldMinutes: 3 },
  'local-path-provisioner': { tools: ['local-path-provisioner'], ldflags: '', coldMinutes: 2 },
  helm: { tools: ['helm'], ldflags: '', coldMinutes: 2 },
  gitleaks: { tools: ['gitleaks'], ldflags: '', coldMinutes: 1 },
  'kube-score': { tools: ['kube-score'], ldflags: '', coldMinutes: 1 },
  // The program `trivy` takes five times as long: it scans much else.
  'trivy-kubernetes': {
    tools: ['trivy-kubernetes'],
    ldflags: '',
    isOurs: true,
    experiment: 'jsonv2',
    coldMinutes: 2,
  },
} as const satisfies Record<string, GoModule>;

type ModuleName = keyof typeof MODULES;
export type ToolName = (typeof MODULES)[ModuleName]['tools'][number];

const sourceOf = (name: ModuleName): string => fileURLToPath(new URL(`go/${name}`, import.meta.url));

function keyOf(name: ModuleName): string {
  const { ldflags, isOurs, experiment = '' }: GoModule = MODULES[name];
  const hash = createHash('sha256').update(ldflags).update(experiment);
  for (const file of ['go.mod', 'go.sum', ...(isOurs ? ['main.go'] : [])])
    hash.update(readFileSync(join(sourceOf(name), file)));
  return hash.digest('hex').slice(0, 16);
}

/** One build at a time, whoever asks: the tests of a cold machine ask in many processes at once. */
async function buildOnce(name: ModuleName, target: string): Promise<void> {
  const folder = dirname(target);
  mkdirSync(folder, { recursive: true });
  const holder = `the build of ${name} by pid ${process.pid}`;
  await withLock(join(folder, 'lock'), { holder }, async () => {
    if (existsSync(target)) return;
    await ensureGo();
    const { tools, coldMinutes } = MODULES[name];
    const what = `building ${tools.join(', ')} from Go modules (about ${coldMinutes} min cold)`;
    await step(what, () => buildModule(name, target));
  });
}

async function buildModule(name: ModuleName, target: string): Promise<void> {
  const spec: GoModule = MODULES[name];
  const temporary = `${target}.partial`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  try {
    await capture(
      'go',
      [
        ...['build', '-trimpath', '-ldflags', `-s -w ${spec.ldflags}`, '-o', `${temporary}/`],
        spec.isOurs ? '.' : 'tool',
      ],
      {
        cwd: sourceOf(name),
        // A distribution may have set its Go to stay with the toolchain it came with.
        env: {
          CGO_ENABLED: '0',
          GOFLAGS: '',
          GOTOOLCHAIN: process.env['GOTOOLCHAIN'] ?? 'auto',
          GOEXPERIMENT: spec.experiment ?? '',
        },
        endsWithUs: true,
      },
    );
    for (const [from, to] of Object.entries(spec.rename ?? {}))
      renameSync(join(temporary, from), join(temporary, to));
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Path of a program, built first when the cache lacks it. */
export async function toolPath(tool: ToolName): Promise<string> {
  const entry = Object.entries(MODULES).find(([, spec]) => (spec.tools as readonly string[]).includes(tool));
  if (!entry) throw new Error(`no Go module below hack/cluster/go builds a program called ${tool}`);
  const name = entry[0] as ModuleName;
  const target = join(cacheDir(), 'bin', `${name}-${keyOf(name)}`);
  if (!existsSync(target)) await buildOnce(name, target);
  return join(target, tool);
}
