/**
 * The local cluster after a run that was killed half-way, and beside a second clone. Takes the machine's one local
 * cluster for itself: with a complete one up `make test-cluster` refuses to begin, and `make test` leaves it alone. What
 * a killed run left is nobody's, and cleaned up first.
 *
 * FULL_MATRIX=1 kills at every listed time, and a whole `make up` besides; otherwise one of each list is drawn, by SEED
 * where it is given.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CGROUP } from '../../hack/cluster/local/cgroups.ts';
import { livingOwner } from '../../hack/cluster/local/ownership.ts';
import { stateDir } from '../../hack/lib/paths.ts';

const MAIN = 'hack/cluster/main.ts';
const UP = 'hack/up.ts';
const NAMESPACE = 'stock-analysis-killed';
const FULL_MATRIX = process.env['FULL_MATRIX'] === '1';
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
/** Folders at places that a cluster does not choose; those of others stay. */
const FOLDERS = [stateDir(), '/var/lib/kubelet', '/var/lib/cni', '/run/netns'].filter(
  (one) => !existsSync(one),
);

/** What `make up` says before, and seconds after. Longer than all that is drawn together, hence in the full matrix alone. */
const KILLED_UPS = [
  ['installing the chart', 3],
  ['applying manifests/samples', 5],
] as const;

/** All of a list, or the one that the seed draws. */
const drawn = (seconds: readonly number[]): number[] =>
  FULL_MATRIX ? [...seconds] : seconds.slice(SEED % seconds.length).slice(0, 1);

interface Result {
  readonly code: number | null;
  readonly text: string;
}

function program(args: readonly string[], cwd = '.'): Result {
  const { status, stdout, stderr } = spawnSync('node', args, { cwd, encoding: 'utf8' });
  return { code: status, text: stderr + stdout };
}

const cluster = (args: readonly string[], cwd?: string): Result => program([MAIN, ...args], cwd);

/** A failure shows what the program said. */
function expectSuccess({ code, text }: Result): void {
  expect({ code, text }).toEqual({ code: 0, text });
}

/** Starts a command of the cluster and kills it, and only it, after some seconds. */
async function killed(command: string, seconds: number): Promise<void> {
  const child = spawn('node', [MAIN, command], { stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await Promise.race([sleep(seconds * 1000), ended]);
  child.kill('SIGKILL');
  await ended;
}

/** Starts a whole `make up` and kills it, and only it, some seconds after it said that it does something. */
async function killedUp(step: string, seconds: number): Promise<void> {
  const child = spawn('node', [UP, NAMESPACE], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (said.includes(step)) resolve();
    });
    void ended.then(() => reject(new Error(`hack/up.ts ended before it said "${step}":\n${said}`)));
  });
  await sleep(seconds * 1000);
  if (child.exitCode !== null) throw new Error(`hack/up.ts ended before it was killed:\n${said}`);
  child.kill('SIGKILL');
  await ended;
}

const lines = (command: string, args: readonly string[]): string[] =>
  spawnSync(command, args, { encoding: 'utf8' }).stdout.split('\n');

function processesOfTheCluster(): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    })
    .filter((line) => line.includes(`${stateDir()}/`));
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** Everything that a cluster could leave on a machine, by kind. */
function leftovers(): Record<string, readonly string[]> {
  return {
    processes: processesOfTheCluster(),
    links: lines('ip', ['-br', 'link']).filter((line) => /^(sa-node|sa-pods|veth)/.test(line)),
    rules: lines('iptables-save', []).filter((line) => /KUBE-|CNI-/.test(line)),
    mounts: readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes(stateDir())),
    cgroups: ['', ...readdirSync('/sys/fs/cgroup')]
      .map((one) => join('/sys/fs/cgroup', one, CGROUP))
      .filter(existsSync),
    results: namesIn('/var/lib/cni/results').filter((name) => name.startsWith('stock-analysis-')),
    folders: FOLDERS.filter(existsSync),
  };
}

const NOTHING = { processes: [], links: [], rules: [], mounts: [], cgroups: [], results: [], folders: [] };

describe.skipIf(livingOwner() !== undefined)(`the local cluster (SEED=${SEED})`, () => {
  let clone: string;

  beforeAll(() => {
    clone = mkdtempSync(join(tmpdir(), 'second-clone-'));
    spawnSync('git', ['clone', '-q', '.', clone]);
    symlinkSync(join(process.cwd(), 'node_modules'), join(clone, 'node_modules'));
  });

  afterAll(() => {
    cluster(['down']);
    rmSync(clone, { recursive: true, force: true });
  });

  it.each(drawn([1, 3, 6, 8, 12]))(
    'comes up after an `up` that was killed after %d s, and goes without a trace',
    async (seconds) => {
      await killed('up', seconds);
      expectSuccess(cluster(['up']));
      expect(cluster(['status']).text).toContain('local: up');
      expectSuccess(cluster(['down']));
      expect(leftovers()).toEqual(NOTHING);
    },
  );

  it.each(drawn([1, 4]))('comes up after a `down` that was killed after %d s', async (seconds) => {
    expectSuccess(cluster(['up']));
    await killed('down', seconds);
    expectSuccess(cluster(['up']));
    expect(cluster(['status']).text).toContain('local: up');
  });

  it('lets a second clone clean up what a killed `up` of this one left', async () => {
    expectSuccess(cluster(['down']));
    await killed('up', 6);
    expectSuccess(cluster(['down'], clone));
    expect(leftovers()).toEqual(NOTHING);
  });

  it('does not touch anything where no cluster is', () => {
    expectSuccess(cluster(['down']));
    expect(cluster(['down'])).toMatchObject({
      code: 0,
      text: expect.stringContaining('nothing to remove'),
    });
  });

  it.each(FULL_MATRIX ? KILLED_UPS : [])(
    'serves bars after a `make up` that was killed while %s',
    async (step, seconds) => {
      await killedUp(step, seconds);
      const { code, text } = program([UP, NAMESPACE]);
      expect({ code, text }).toMatchObject({ code: 0, text: expect.stringMatching(/\nurl: \S+\n$/) });
      const url = /^url: (\S+)$/m.exec(text)?.[1];
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      expectSuccess(cluster(['down']));
      expect(leftovers()).toEqual(NOTHING);
    },
    600_000,
  );

  it('tells a second clone who holds it, and lets it change nothing', () => {
    expectSuccess(cluster(['up']));
    for (const command of ['up', 'down']) {
      const { code, text } = cluster([command], clone);
      expect(code).toBe(1);
      expect(text).toContain(`held by the clone ${process.cwd()}`);
      expect(text).toContain('make cluster-down');
    }
    expect(cluster(['status']).text).toContain('local: up');
    expectSuccess(cluster(['down', '--force'], clone));
    expect(leftovers()).toEqual(NOTHING);
  });
});
