import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { FakeCluster, NAMESPACE, stamped } from '../operator/src/cli/testing/fake-cluster.ts';
import { testAuthority } from '../operator/src/kube/testing/certificates.ts';
import { buildPlugin } from './plugin.ts';

/** Far from any node_modules and package.json, as on the PATH of somebody. */
const folder = mkdtempSync(join(tmpdir(), 'plugin-'));
let program: string;
let cluster: FakeCluster;

beforeAll(async () => {
  program = await buildPlugin(join(folder, 'kubectl-stockanalysis'));
  const authority = await testAuthority('plugin');
  // A library that runs credential plugins talks to nobody without TLS.
  cluster = await FakeCluster.start(await authority.issue('127.0.0.1'));
  cluster.pod('server', 'demo-server-a');
  const lines = Array.from({ length: 20_000 }, (_, index) => stamped(10 + index / 1000, `line ${index}`));
  cluster.write('demo-server-a', 'server', ...lines);
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: 'from-a-plugin' },
  };
  writeFileSync(
    join(folder, 'config'),
    JSON.stringify({
      'current-context': 'a',
      contexts: [{ name: 'a', context: { cluster: 'a', user: 'a', namespace: NAMESPACE } }],
      clusters: [{ name: 'a', cluster: clusterOf(authority.cert) }],
      users: [
        {
          name: 'a',
          user: {
            exec: {
              apiVersion: credential.apiVersion,
              command: process.execPath,
              args: ['-p', JSON.stringify(JSON.stringify(credential))],
              interactiveMode: 'Never',
            },
          },
        },
      ],
    }),
  );
}, 60_000);
afterAll(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true });
});

const clusterOf = (authority: string): object => ({
  server: cluster.api.config.server,
  'certificate-authority-data': Buffer.from(authority).toString('base64'),
});

function start(command: string): ChildProcess {
  const env = { ...process.env, KUBECONFIG: join(folder, 'config'), PLUGIN: program, NODE: process.execPath };
  return spawn('bash', ['-c', command], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function outcome(child: ChildProcess) {
  const [out, err, [code]] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
    once(child, 'close'),
  ]);
  return { code: Number(code), out, err };
}

it('is one program that needs no packages', async () => {
  const { code, out } = await outcome(start('"$PLUGIN" version'));
  expect(out).toMatch(/^kubectl-stockanalysis \d+\.\d+\.\d+\n$/);
  expect(code).toBe(0);
});

it.each(['20.20.2', '22.18.0'])('says of Node %s that it is too old, and nothing else', async (version) => {
  // The program looks at this alone; Node itself stays what it is.
  const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
  writeFileSync(join(folder, 'older.mjs'), older);
  const { code, out, err } = await outcome(start(`"$NODE" --import ./older.mjs "$PLUGIN" --help`));
  expect(err).toBe(
    `error: kubectl-stockanalysis needs Node 22.19 or newer; ${process.execPath} is ${version}\n`,
  );
  expect({ code, out }).toEqual({ code: 1, out: '' });
});

it('reads everything, with the token of a credential plugin', async () => {
  const { code, out, err } = await outcome(start('"$PLUGIN" logs demo --component=server'));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out.split('\n')).toHaveLength(20_001);
  expect(cluster.api.requests.at(-1)?.headers.authorization).toBe('Bearer from-a-plugin');
});

it('ends without a word when nobody reads on', async () => {
  const { code, out, err } = await outcome(
    start('set -o pipefail; "$PLUGIN" logs demo --component=server | head -n 1'),
  );
  expect({ code, err }).toEqual({ code: 141, err: '' });
  expect(out).toContain('line 0');
});

it('ends with 130 after Ctrl-C', async () => {
  const child = start('exec "$PLUGIN" logs demo --component=server --follow --tail=1');
  const ended = outcome(child);
  await vi.waitFor(() => expect(cluster.followersOf('demo-server-a', 'server')).toBe(1), {
    timeout: 15_000,
    interval: 20,
  });
  child.kill('SIGINT');
  const { code, out } = await ended;
  expect(code).toBe(130);
  expect(out).toContain('line 19999');
});
