// `kubectl stockanalysis logs` as somebody has it: one program on the PATH, found by the real kubectl.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { buildPlugin } from '../../hack/plugin.ts';
import { kubectl, sleep, until } from './support/world.ts';

const namespace = inject('namespace');
const name = inject('sampleName');
const folder = mkdtempSync(join(tmpdir(), 'plugin-'));

beforeAll(async () => {
  await buildPlugin(join(folder, 'kubectl-stockanalysis'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const entrySchema = z.object({
  time: z.iso.datetime(),
  component: z.string(),
  namespace: z.string(),
  pod: z.string(),
  container: z.string(),
  log: z.looseObject({ requestId: z.string().optional(), name: z.string().optional() }).optional(),
  text: z.string().optional(),
});
type Entry = z.infer<typeof entrySchema>;

const entriesOf = (out: string): readonly Entry[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => entrySchema.parse(JSON.parse(line)));

function start(args: readonly string[], kubeconfig = inject('kubeconfig')) {
  const child = spawn(inject('kubectlProgram'), ['stockanalysis', 'logs', '-n', namespace, ...args], {
    env: {
      ...process.env,
      PATH: [folder, dirname(process.execPath), process.env['PATH']].join(':'),
      KUBECONFIG: kubeconfig,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const done = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const result = done.then(([out, err, [code]]) => ({ out, err, code: Number(code) }));
  return { child, result };
}

const logs = (...args: string[]) => start([name, ...args]).result;

interface PodList {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

const podsOf = async (component: string): Promise<readonly string[]> => {
  const selector = `app.kubernetes.io/instance=${name},app.kubernetes.io/component=${component}`;
  const { items } = await kubectl().get<PodList>(['pods', '-n', namespace, '-l', selector]);
  return items.map(({ metadata }) => metadata.name);
};

/** One request, and the id that it was given. */
async function request(): Promise<string> {
  const response = await fetch(new URL('/api/v1/symbols?limit=1', inject('url')));
  await response.body?.cancel();
  return response.headers.get('x-request-id') ?? '';
}

describe('kubectl stockanalysis logs', () => {
  it('shows what every part has written, in the order of the times', async () => {
    // The operator that runs now may have had nothing to do for the object yet.
    const label = 'app.kubernetes.io/component=somebody-else';
    await kubectl().run(['label', '--overwrite', 'service', name, '-n', namespace, label]);
    const entries = await until('what the operator wrote', 30_000, async () => {
      const { out, err, code } = await logs('-o', 'json');
      expect({ err, code }).toEqual({ err: '', code: 0 });
      const all = entriesOf(out);
      return all.some(({ component }) => component === 'operator') ? all : undefined;
    });
    const parts = new Set(entries.map(({ component }) => component));
    expect([...parts].toSorted()).toEqual(['migrate', 'operator', 'postgres', 'server', 'worker']);
    const times = entries.map(({ time }) => time);
    expect(times).toEqual(times.toSorted());
    const ofOperator = entries.filter(({ component }) => component === 'operator');
    expect(ofOperator.filter(({ log }) => log?.name !== name)).toEqual([]);
  });

  it('shows all that kubectl shows of a container, line by line', async () => {
    for (const component of ['postgres', 'migrate']) {
      for (const pod of await podsOf(component)) {
        const raw = (await kubectl().run(['logs', '-n', namespace, pod])).trimEnd().split('\n');
        const shown = entriesOf((await logs('-o', 'json', '--component', component)).out);
        const ours = shown
          .filter((entry) => entry.pod === pod)
          .flatMap((entry) => (entry.log ? [JSON.stringify(entry.log)] : (entry.text ?? '').split('\n')));
        // PostgreSQL may have written meanwhile.
        expect(ours.slice(0, raw.length)).toEqual(
          raw.map((line) => (line.startsWith('{') ? JSON.stringify(JSON.parse(line)) : line)),
        );
      }
    }
  });

  it('finds one request by its id', async () => {
    const id = await request();
    const found = await until('the request in the log', 15_000, async () => {
      const { out } = await logs('-o', 'json', '--component=server', '--since=2m', '--request-id', id);
      return out === '' ? undefined : entriesOf(out);
    });
    expect(found.map(({ log }) => log?.requestId)).toEqual(found.map(() => id));
  });

  it('follows, and shows what happens within seconds', async () => {
    const following = start([name, '-f', '--tail=0', '-o', 'json', '--component=server']);
    let shown = '';
    following.child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    // Those from before it follows are not shown.
    const ids: string[] = [];
    const id = await until('a request to be shown', 60_000, async () => {
      ids.push(await request());
      await sleep(500);
      return ids.find((one) => shown.includes(one));
    });
    following.child.kill('SIGINT');
    expect((await following.result).code).toBe(130);
    expect(entriesOf(shown).filter(({ log }) => log?.requestId === id)).toHaveLength(1);
  });

  it('names those that there are', async () => {
    const { err, code } = await start(['nobody']).result;
    expect(err).toContain(`There is no StockAnalysis nobody in namespace ${namespace}. There are: ${name}`);
    expect(code).toBe(1);
  });
});

describe('in a cluster that changes', () => {
  it('follows a worker that takes the place of another', async () => {
    const [before = ''] = await podsOf('worker');
    const following = start([name, '-f', '--tail=0', '-o', 'json', '--component=worker']);
    let shown = '';
    following.child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    await sleep(3000);
    await kubectl().run(['delete', 'pod', '-n', namespace, before, '--wait=false']);
    const isOther = (): boolean =>
      shown
        .split('\n')
        .slice(0, -1)
        .some((line) => entrySchema.parse(JSON.parse(line)).pod !== before);
    await until('lines of the new worker', 90_000, () => Promise.resolve(isOther() || undefined));
    following.child.kill('SIGINT');
    expect((await following.result).code).toBe(130);
    await kubectl().run([
      'rollout',
      'status',
      '-n',
      namespace,
      `deployment/${name}-worker`,
      '--timeout=120s',
    ]);
  });

  it('tells somebody without the rights to logs what is missing', async () => {
    const account = 'plugin-reader';
    const metadata = { name: account, namespace };
    const rules = [
      { apiGroups: ['stockanalysis.dev'], resources: ['stockanalyses'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    ];
    const subjects = [{ kind: 'ServiceAccount', name: account, namespace }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: account };
    const objects = [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata, subjects, roleRef },
    ];
    await kubectl().apply(objects.map((object) => stringify(object)).join('---\n'));
    try {
      const token = (await kubectl().run(['create', 'token', account, '-n', namespace])).trim();
      const view = z.looseObject({ clusters: z.array(z.unknown()) });
      const admin = view.parse(JSON.parse(await kubectl().run(['config', 'view', '--raw', '-o', 'json'])));
      const [cluster] = z.array(z.looseObject({ name: z.string() })).parse(admin.clusters);
      const config = {
        'current-context': account,
        contexts: [{ name: account, context: { cluster: cluster?.name, user: account } }],
        clusters: [cluster],
        users: [{ name: account, user: { token } }],
      };
      const path = join(folder, 'reader.json');
      writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
      const { err, code } = await start([name, '--component=server,postgres'], path).result;
      expect(err).toContain('Without the log of server: you may not get pods/log');
      expect(err).toContain('Without the log of postgres: you may not get pods/log');
      expect(code).toBe(3);
    } finally {
      for (const kind of ['rolebinding', 'role', 'serviceaccount'])
        await kubectl().run(['delete', kind, account, '-n', namespace]);
    }
  });
});
