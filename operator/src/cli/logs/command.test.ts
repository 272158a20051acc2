import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sendStatus } from '../../kube/testing/answers.ts';
import { runCommand } from '../commands.ts';
import { Output } from '../output.ts';
import { FakeCluster, NAMESPACE, stamped } from '../testing/fake-cluster.ts';

let cluster: FakeCluster;
let folder: string;

beforeEach(async () => {
  cluster = await FakeCluster.start();
  folder = mkdtempSync(join(tmpdir(), 'kubectl-'));
  const kubeconfig = {
    'current-context': 'a',
    contexts: [{ name: 'a', context: { cluster: 'a', namespace: NAMESPACE } }],
    clusters: [{ name: 'a', cluster: { server: cluster.api.config.server } }],
  };
  writeFileSync(join(folder, 'config'), JSON.stringify(kubeconfig));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await cluster.close();
});

class Run {
  readonly stop = new AbortController();
  readonly #out = new PassThrough();
  readonly #err = new PassThrough();
  readonly #texts: Promise<[string, string]>;
  readonly code: Promise<number>;
  shown = '';

  constructor(args: readonly string[]) {
    this.#out.on('data', (chunk: Buffer) => (this.shown += chunk.toString()));
    this.#texts = Promise.all([textOf(this.#out), textOf(this.#err)]);
    const context = {
      output: new Output(this.#out, this.#err),
      signal: this.stop.signal,
      env: { KUBECONFIG: join(folder, 'config') },
      isTerminal: false,
    };
    this.code = runCommand(args, '0.0.0', context).finally(() => {
      this.#out.end();
      this.#err.end();
    });
  }

  async result(): Promise<{ code: number; out: string; err: string }> {
    const code = await this.code;
    const [out, err] = await this.#texts;
    return { code, out, err };
  }

  async showing(text: string): Promise<void> {
    const isShown = (): true => {
      if (!this.shown.includes(text)) throw new Error(`${text} is not shown:\n${this.shown}`);
      return true;
    };
    await vi.waitFor(isShown, { timeout: 8000, interval: 20 });
  }
}

const run = (...args: string[]) => new Run(['logs', 'demo', ...args]).result();

/** Times away: what is shown, in its order. */
const shownBy = (out: string): string[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\S+Z /, ''));

describe('logs', () => {
  it('merges all parts by time, and of the operator what is about the object', async () => {
    cluster.pod('server', 'demo-server-abc-1');
    cluster.pod('server', 'demo-server-abc-2');
    cluster.pod('postgres', 'demo-postgres-0');
    cluster.pod('operator', 'release-operator-abc-x', 'elsewhere');
    cluster.write('demo-server-abc-1', 'server', stamped(1, '{"level":"info","msg":"one","a":{"b":[1]}}'));
    cluster.write('demo-server-abc-1', 'server', stamped(4, '{"level":"warn","msg":"four"}'));
    cluster.write('demo-server-abc-2', 'server', stamped(2.000000002, 'two'), stamped(5, 'five'));
    cluster.write(
      'demo-postgres-0',
      'postgres',
      stamped(2.000000001, 'LOG \u001b[2J'),
      stamped(2.9, '\tmore'),
    );
    const about = (name: string): string =>
      `{"level":30,"namespace":"${NAMESPACE}","name":"${name}","msg":"write child"}`;
    cluster.write(
      'release-operator-abc-x',
      'operator',
      stamped(3, about('demo')),
      stamped(3.1, about('other')),
    );
    const { code, out, err } = await run();
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/^2026-11-26T08:00:01\.000Z server\/abc-1 INFO {2}one a\.b=\[1\]\n/);
    expect(shownBy(out)).toEqual([
      'server/abc-1 INFO  one a.b=[1]',
      'postgres/0 LOG \\x1b[2J',
      '    \tmore',
      'server/abc-2 two',
      'operator/abc-x INFO  write child',
      'server/abc-1 WARN  four',
      'server/abc-2 five',
    ]);
  });

  it('reads every operator of the cluster where none is beside the object: one of them looks after it', async () => {
    const about = (name: string): string =>
      `{"level":30,"namespace":"${NAMESPACE}","name":"${name}","msg":"write child"}`;
    for (const [index, namespace] of ['ops-a', 'ops-b', 'ops-c'].entries()) {
      const pod = `release-operator-abc-${index}`;
      cluster.pod('operator', pod, namespace);
      cluster.write(pod, 'operator', stamped(index, about(namespace === 'ops-b' ? 'demo' : 'other')));
    }
    const { code, out, err } = await run('--component=operator', '--timestamps=false');
    expect({ code, out, err }).toEqual({ code: 0, out: 'operator/abc-1 INFO  write child\n', err: '' });
  });

  it('filters by component, severity, request, trace and text', async () => {
    cluster.pod('server', 'demo-server-a');
    cluster.pod('worker', 'demo-worker-a');
    cluster.write(
      'demo-server-a',
      'server',
      stamped(1, '{"level":"info","msg":"one","requestId":"r1","traceId":"t1"}'),
      stamped(2, '{"level":"error","msg":"two","requestId":"r2","err":{"stack":"E: x\\n  at f"}}'),
      stamped(3, 'uncaught'),
    );
    cluster.write('demo-worker-a', 'worker', stamped(2.5, '{"level":"error","msg":"job","traceId":"t1"}'));
    const of = async (...args: string[]) => shownBy((await run('--timestamps=false', ...args)).out);
    expect(await of('--component=worker')).toEqual(['worker/a ERROR job traceId=t1']);
    expect(await of('--level', 'error', '--component', 'server')).toEqual([
      'server/a ERROR two requestId=r2',
      '    E: x',
      '      at f',
      'server/a uncaught',
    ]);
    expect(await of('--request-id=r1')).toEqual(['server/a INFO  one requestId=r1 traceId=t1']);
    expect(await of('--trace-id=t1')).toHaveLength(2);
    expect(await of('--grep=uncau')).toEqual(['server/a uncaught']);
    const { out } = await run('-o', 'json', '--grep=job');
    expect(JSON.parse(out)).toEqual({
      time: '2026-11-26T08:00:02.500Z',
      component: 'worker',
      namespace: NAMESPACE,
      pod: 'demo-worker-a',
      container: 'worker',
      level: 'error',
      log: { level: 'error', msg: 'job', traceId: 't1' },
    });
  });

  it('says which right is missing for one part, and goes on with the others', async () => {
    cluster.pod('server', 'demo-server-a');
    cluster.pod('postgres', 'demo-postgres-0');
    cluster.write('demo-server-a', 'server', stamped(1, 'there'));
    cluster.api.script(({ path }, response) => {
      if (!path.endsWith('/demo-postgres-0/log')) return false;
      sendStatus(response, 403, 'Forbidden');
      return true;
    });
    const { code, out, err } = await run('--component', 'server,postgres', '--timestamps=false');
    expect(out).toBe('server/a there\n');
    expect(err).toBe(
      `Without the log of postgres: you may not get pods/log in namespace ${NAMESPACE}: a Role needs {apiGroups: [""], resources: ["pods/log"], verbs: ["get"]}\n`,
    );
    expect(code).toBe(3);
  });

  it('asks again where a stream breaks, and shows every line once', async () => {
    cluster.pod('server', 'demo-server-a');
    cluster.write('demo-server-a', 'server', stamped(1, 'one'), stamped(1, 'two'), stamped(1.5, 'three'));
    cluster.api.once(
      ({ path }) => path.endsWith('/log'),
      (_, response) => {
        response.write(`${stamped(1, 'one')}\n${stamped(1, 'two')}\n2026-11-26T08:00:01.5`);
        setTimeout(() => response.destroy(), 50);
      },
    );
    const { code, out } = await run('--component=server', '--timestamps=false');
    expect(shownBy(out)).toEqual(['server/a one', 'server/a two', 'server/a three']);
    expect(code).toBe(0);
    const [, second] = cluster.api.requests.filter(({ path }) => path.endsWith('/log'));
    expect(second?.query.get('sinceTime')).toBe('2026-11-26T08:00:01Z');
  });

  it('names those that there are, where there is none of that name', async () => {
    cluster.object('live');
    const { code, err } = await new Run(['logs', 'dmeo']).result();
    expect(err).toBe(
      `error: There is no StockAnalysis dmeo in namespace ${NAMESPACE}. There are: demo, live.\n`,
    );
    expect(code).toBe(1);
  });

  it('shows the instance before the last restart', async () => {
    cluster.pod('server', 'demo-server-a');
    cluster.pod('worker', 'demo-worker-a');
    cluster.write('demo-server-a', 'server', stamped(1, 'last words'));
    cluster.restart('server', 'demo-server-a', 1);
    cluster.write('demo-server-a', 'server', stamped(2, 'again'));
    const { code, out } = await run('--previous', '--component=server,worker');
    expect(shownBy(out)).toEqual(['server/a last words']);
    expect(code).toBe(0);
  });
});

describe('logs --follow', () => {
  const follow = (...args: string[]): Run =>
    new Run(['logs', 'demo', '--follow', '--component=server,worker', '--timestamps=false', ...args]);

  it('goes on with what comes, through breaks and restarts, and ends with Ctrl-C', async () => {
    cluster.pod('server', 'demo-server-a');
    cluster.write('demo-server-a', 'server', stamped(1, 'before'));
    const running = follow();
    const hasFollower = (): Promise<void> =>
      vi.waitFor(() => expect(cluster.followersOf('demo-server-a', 'server')).toBe(1), {
        timeout: 8000,
        interval: 10,
      });
    await hasFollower();
    cluster.write('demo-server-a', 'server', stamped(2, 'now'), stamped(2, 'now too'));
    await running.showing('now too');
    cluster.breakStreams('demo-server-a', 'server');
    cluster.write('demo-server-a', 'server', stamped(2, 'meanwhile'));
    await running.showing('meanwhile');
    await hasFollower();
    cluster.breakStreams('demo-server-a', 'server');
    cluster.write('demo-server-a', 'server', stamped(3, 'last words'));
    cluster.restart('server', 'demo-server-a', 1);
    cluster.write('demo-server-a', 'server', stamped(4, 'again'));
    await running.showing('again');
    running.stop.abort();
    const { code, out } = await running.result();
    expect(shownBy(out).map((line) => line.replace('server/a ', ''))).toEqual([
      'before',
      'now',
      'now too',
      'meanwhile',
      'last words',
      'again',
    ]);
    expect(code).toBe(130);
  }, 20_000);

  it('shows pods that come, from their first line, and forgets those that go', async () => {
    cluster.pod('server', 'demo-server-a');
    const running = follow('--tail=0');
    await vi.waitFor(() => expect(cluster.api.openWatches).toBe(1), { timeout: 8000, interval: 10 });
    cluster.write('demo-worker-b', 'worker', stamped(1, 'hello'));
    cluster.pod('worker', 'demo-worker-b');
    await running.showing('worker/b hello');
    cluster.api.objects.delete('api/v1/pods', `${NAMESPACE}/demo-worker-b`);
    cluster.endStreams('demo-worker-b', 'worker');
    await vi.waitFor(() => expect(cluster.followersOf('demo-worker-b', 'worker')).toBe(0));
    const asked = cluster.api.requests.length;
    await new Promise((done) => setTimeout(done, 1500));
    expect(cluster.api.requests.slice(asked)).toEqual([]);
    running.stop.abort();
    expect(await running.code).toBe(130);
  }, 20_000);

  it('begins with nothing of before, with --tail=0', async () => {
    cluster.pod('server', 'demo-server-a');
    cluster.write('demo-server-a', 'server', stamped(1, 'old'));
    const running = follow('--tail=0');
    await vi.waitFor(() => expect(cluster.followersOf('demo-server-a', 'server')).toBe(1), { timeout: 8000 });
    cluster.write('demo-server-a', 'server', stamped(2, 'new'));
    await running.showing('new');
    running.stop.abort();
    expect((await running.result()).out).toBe('server/a new\n');
  }, 20_000);
});

describe('the command line', () => {
  it.each([
    [['logs'], 'The name of a StockAnalysis is missing'],
    [['logs', 'a', 'b'], 'One name at a time'],
    [['logs', 'a', '--since=5'], '--since must be a duration'],
    [['logs', 'a', '--since=5m', '--since-time=2026-11-26T08:00:00Z'], 'exclude each other'],
    [['logs', 'a', '--since-time=yesterday'], '--since-time must be a time'],
    [['logs', 'a', '-f', '-p'], 'exclude each other'],
    [['logs', 'a', '--tail=many'], '--tail must be a number'],
    [['logs', 'a', '--component=server,db'], '--component must be one of server, worker'],
    [['logs', 'a', '--level=loud'], '--level must be one of trace'],
    [['logs', 'a', '--output=yaml'], '--output must be one of text, json'],
    [['logs', 'a', '--colour'], "Unknown option '--colour'"],
    [['log', 'a'], 'There is no command "log"'],
  ])('%j is wrong usage', async (args, message) => {
    const { code, err } = await new Run(args).result();
    expect(err).toContain(message);
    expect(err).toContain('--help');
    expect(code).toBe(2);
  });

  it.each([[[]], [['--help']], [['help']], [['logs', '--help']], [['logs', 'demo', '-h']]])(
    '%j tells how it is used',
    async (args) => {
      const { code, out } = await new Run(args).result();
      expect(out).toContain('Usage: kubectl stockanalysis');
      expect(code).toBe(0);
    },
  );

  it.each(['version', '--version'])('tells its version by %s', async (word) => {
    const { code, out } = await new Run([word]).result();
    expect({ code, out }).toEqual({ code: 0, out: 'kubectl-stockanalysis 0.0.0\n' });
  });

  it('says of a flag that it does not know just that', async () => {
    const { err } = await new Run(['logs', 'demo', '--nope']).result();
    expect(err).toBe("error: Unknown option '--nope'.\nSee `kubectl stockanalysis logs --help`.\n");
  });

  it('says what is wrong with the way to the cluster, without a stack', async () => {
    const { code, err } = await new Run(['logs', 'demo', '--context=other']).result();
    expect(err).toMatch(/^error: .*context other is not in the file\n$/);
    expect(code).toBe(1);
  });
});
