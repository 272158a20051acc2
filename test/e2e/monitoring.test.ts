/**
 * Monitoring as somebody has it who runs the platform: real Prometheus and Alertmanager with the objects of operator and
 * chart, a real mail server, and a PostgreSQL that stands still while people go on using the platform. The local cluster
 * serves the kinds of prometheus-operator without running it (support/monitoring/scrape-jobs.ts), and enforces no network
 * policy (test/contract and the tests beside the policies look at those).
 */
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { certified } from '../../app/server/src/notifications/testing/authority.ts';
import { MailServer } from '../../app/server/src/notifications/testing/mail-server.ts';
import { exposeServer, readSample, waitForBars, waitUntilReady } from '../../hack/deploy/platform.ts';
import { provider } from '../../hack/cluster/index.ts';
import { buildAKTools } from '../../hack/images/index.ts';
import { documentedInhibition, documentedRoute } from '../support/documented-alertmanager.ts';
import { sharedClient } from '../support/kube-client.ts';
import { eventually } from '../support/wait.ts';
import { AlertReceiver, type Page } from './support/monitoring/alert-receiver.ts';
import { Discovery } from './support/monitoring/discovery.ts';
import { FrozenPostgres } from './support/monitoring/frozen-postgres.ts';
import { Panels } from './support/monitoring/panels.ts';
import { clearState, prepareState, PrometheusStack } from './support/monitoring/prometheus-stack.ts';
import { removeAccount, wantedOf } from './support/monitoring/scraper.ts';
import { Users } from './support/monitoring/users.ts';
import { kubectl, until } from './support/world.ts';

const namespace = inject('namespace');
const NAME = 'watched';
const OPERATOR = 'stock-analysis-operator';
const SECRET = `${NAME}-notifications`;
const OBJECT = ['stockanalysis', NAME, '-n', namespace];
const LOGIN = { username: 'stock', password: 'mail-of-the-tests' };
/** Receiver of docs/alerts.md whose configuration is empty. */
const NOBODY = 'nobody';
/** Volumes lie on the disk of this machine, which may be full. */
const OF_THIS_MACHINE = 'alertname =~ "StockAnalysisDisk.*"';
const isOfPlatform = ({ says }: Page): boolean => !/disk|volume/i.test(says.join());
/** From the fault to whoever is told, and from the recovery to the end. */
const LONGEST_MS = 180_000;
/** After the end nothing more may come; intervals of groups and evaluations are over by then. */
const SETTLED_MS = 75_000;

interface Named {
  readonly metadata: { readonly uid: string };
}
interface NodeView {
  readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] };
}
interface FilesView {
  readonly data: Readonly<Record<string, string>>;
}

const get = <T>(kind: string, name: string): Promise<T> => kubectl().get<T>([kind, name, '-n', namespace]);
/** As a reader shows it: long ones are folded. */
const subjectOf = (raw: string): string =>
  (/^Subject: (.*(?:\r\n[ \t].*)*)/im.exec(raw)?.[1] ?? '').replaceAll(/\r\n(?=[ \t])/g, '');

/** Where pods reach this machine. */
async function nodeAddress(): Promise<string> {
  const { items } = await kubectl().get<{ items: readonly NodeView[] }>(['nodes']);
  const found = items[0]?.status.addresses.find(({ type }) => type === 'InternalIP')?.address;
  if (found === undefined) throw new Error('the node has no InternalIP');
  return found;
}

let discovery: Discovery;
let prometheus: PrometheusStack;
let mails: MailServer;
let pager: AlertReceiver;
let hooks: AlertReceiver;
let users: Users | undefined;
let frozen: FrozenPostgres | undefined;
const panels = new Panels();
/** `performance.now()` when each mail came. */
const mailTimes: number[] = [];

async function startReceivers(): Promise<Record<string, unknown>> {
  const host = await nodeAddress();
  const { ca, cert, key } = certified(`IP:${host}`);
  mails = await new MailServer({
    cert,
    key,
    authOptional: false,
    onAuth: ({ username, password }, _session, done) =>
      username === LOGIN.username && password === LOGIN.password
        ? done(null, { user: username })
        : done(new Error('bad credentials')),
    onMailFrom: (_address, _session, done) => {
      mailTimes.push(performance.now());
      done();
    },
  }).start(host);
  hooks = await new AlertReceiver().start(host);
  pager = await new AlertReceiver().start('127.0.0.1');
  const stringData = {
    ...{ 'smtp-username': LOGIN.username, 'smtp-password': LOGIN.password, 'smtp-ca.crt': ca },
    'webhook-url': `http://${host}:${hooks.port}/`,
  };
  const metadata = { name: SECRET, namespace };
  await kubectl().apply(stringify({ apiVersion: 'v1', kind: 'Secret', metadata, stringData }));
  const secretRef = { name: SECRET };
  const email = { host, port: mails.port, from: 'stock@example.com', to: ['ops@example.com'], secretRef };
  return { email, webhook: { secretRef } };
}

async function startStack(): Promise<void> {
  const folder = await prepareState();
  await until('PrometheusRule and PodMonitor', 60_000, async () => {
    const found = await kubectl().find(['podmonitor', `${NAME}-pods`, '-n', namespace]);
    const rules = await kubectl().find(['prometheusrule', `${NAME}-alerts`, '-n', namespace]);
    return found !== undefined && rules !== undefined ? true : undefined;
  });
  const url = `http://127.0.0.1:${pager.port}/`;
  const { route } = documentedRoute();
  const receivers = [{ name: route.receiver, webhook_configs: [{ url }] }, { name: NOBODY }];
  const routes = [{ receiver: NOBODY, matchers: [OF_THIS_MACHINE] }, ...route.routes];
  const alertmanager = { route: { ...route, routes }, receivers, ...documentedInhibition() };
  discovery = new Discovery(sharedClient(inject('kubeconfig')), namespace, folder);
  await discovery.refresh();
  const wanted = await wantedOf(NAME, OPERATOR, folder, (role) => discovery.fileOf(role));
  prometheus = await PrometheusStack.start({ ...wanted, alertmanager });
}

beforeAll(async () => {
  await provider().deliver([await buildAKTools()]);
  const notifications = await startReceivers();
  const sample = readSample('minimal.yaml', namespace, NAME) as { spec: Record<string, unknown> };
  const spec = {
    ...sample.spec,
    server: { replicas: 1 },
    worker: { replicas: 2 },
    security: { rateLimit: { loginPerMinute: 1 } },
    // Others may keep this machine busy: only the database is to be trouble.
    monitoring: { notifications, slo: { latency: { thresholdMilliseconds: 10_000, objective: '95' } } },
  };
  await kubectl().apply(stringify({ ...sample, spec }));
  const ref = { namespace, name: NAME };
  await Promise.all([startStack(), waitUntilReady(kubectl(), ref, 240_000)]);
  panels.add((await get<FilesView>('configmap', `${NAME}-dashboards`)).data);
  panels.add((await get<FilesView>('configmap', `${OPERATOR}-dashboards`)).data, { namespace });
  const port = await exposeServer(kubectl(), ref, undefined);
  const url = await provider().nodePortUrl(kubectl(), port);
  await waitForBars(url);
  users = new Users(url, '000001.SZ');
});

afterAll(async () => {
  frozen?.thaw();
  await users?.stop();
  await prometheus?.stop();
  await Promise.all([mails?.stop(), pager?.stop(), hooks?.stop()]);
  await clearState();
  await removeAccount();
  await kubectl().run(['delete', ...OBJECT, '--timeout=120s', '--ignore-not-found']);
  const rest = [`secret/${SECRET}`, `service/${NAME}-local`];
  await kubectl().run(['delete', ...rest, '-n', namespace, '--ignore-not-found']);
  await kubectl().run(['delete', 'pvc,secret', '-n', namespace, '-l', `app.kubernetes.io/instance=${NAME}`]);
});

const mailPages = (): readonly Page[] =>
  mails.mails.map(({ raw }, index) => ({
    at: mailTimes[index] ?? Number.NaN,
    says: [subjectOf(raw).toLowerCase()],
  }));

/** Everything that people were told so far, by the way that it took. */
const pages = () => ({
  pager: pager.pages('/'),
  hooks: hooks.pages('/').filter(isOfPlatform),
  mails: mailPages().filter(isOfPlatform),
});

/** Keeps an eye on targets and panels until it holds. */
async function watchUntil(what: string, timeoutMs: number, holds: () => boolean): Promise<void> {
  await eventually({ what, timeoutMs, intervalMs: 2000 }, async () => {
    await discovery.refresh();
    await panels.look(prometheus);
    return holds() || undefined;
  });
}

const everyWay = (times: number): boolean => Object.values(pages()).every(({ length }) => length >= times);

/** Somebody changes what belongs to the object, and the operator puts it back. */
async function meddle(): Promise<void> {
  const label = 'app.kubernetes.io/component=somebody-else';
  await kubectl().run(['label', '--overwrite', 'service', NAME, '-n', namespace, label]);
}

describe('monitoring of a platform that is used', () => {
  it('reaches all that PodMonitor, ServiceMonitor and the kubelet offer', async () => {
    const isUp = { what: 'three processes, the operator and the kubelet to be up', timeoutMs: 90_000 };
    const seen = await eventually(isUp, async () => {
      await discovery.refresh();
      const targets = await prometheus.targets();
      return targets.length === 5 && targets.every(({ health }) => health === 'up') ? targets : undefined;
    });
    const components = seen.map(({ labels }) => labels['component'] ?? labels['job']);
    expect(components.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      'kubelet',
      'operator',
      'server',
      'worker',
      'worker',
    ]);
    await meddle();
  });

  it('tells of a database that stands still, over each way and in time', async () => {
    const { metadata } = await get<Named>('pod', `${NAME}-postgres-0`);
    frozen = new FrozenPostgres(metadata.uid);
    const began = performance.now();
    try {
      await watchUntil('page, hook and mail', LONGEST_MS, () => everyWay(1));
    } finally {
      frozen.thaw();
    }
    report('told', began, 0);
    const recovered = performance.now();
    await watchUntil('the end over each way', LONGEST_MS, () => everyWay(2));
    report('told of the end', recovered, 1);
    expect(everyWay(2)).toBe(true);
  }, 420_000);

  it('told of all that once, and of nothing that follows from it', async () => {
    await meddle();
    const over = performance.now() + SETTLED_MS;
    await watchUntil('nothing more', SETTLED_MS + 30_000, () => performance.now() > over);
    console.log(`users were answered ${JSON.stringify([...(users?.answers ?? [])])}`);
    const alert = 'StockAnalysisDatabaseDown';
    const told = Object.entries(pages()).map(([way, all]) => [way, all.map(({ says }) => says.join())]);
    expect(Object.fromEntries(told)).toEqual({
      pager: [`firing ${alert}`, `resolved ${alert}`],
      hooks: ['firing DatabaseDown', 'resolved DatabaseDown'],
      mails: [
        expect.stringMatching(/firing.*the database does not answer/),
        expect.stringMatching(/resolved.*the database does not answer/),
      ],
    });
    expect(users?.answers.get(503)).toBeGreaterThan(10);
    const trusted = mails.mails.map(({ isEncrypted, user }) => ({ isEncrypted, user }));
    expect(new Set(trusted.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(trusted[0]).toEqual({ isEncrypted: true, user: LOGIN.username });
  }, 180_000);

  it('shows data in every panel, also in those that AKTools brings', async () => {
    const shown = panels.size;
    expect(shown).toBeGreaterThan(50);
    const patch = JSON.stringify({ spec: { marketData: { provider: 'AKTools' } } });
    await kubectl().run(['patch', ...OBJECT, '--type=merge', '-p', patch]);
    await until('dashboards of AKTools', 30_000, async () => {
      panels.add((await get<FilesView>('configmap', `${NAME}-dashboards`)).data);
      return panels.size > shown || undefined;
    });
    await watchUntil('data in every panel', 300_000, () => panels.pending.length === 0).catch(
      () => undefined,
    );
    console.log(`${panels.size - panels.pending.length} of ${panels.size} queries have data`);
    expect(panels.pending).toEqual([]);
  }, 420_000);
});

function report(what: string, since: number, index: number): void {
  const after = Object.entries(pages()).map(([way, all]) => {
    const seconds = ((all[index]?.at ?? Number.NaN) - since) / 1000;
    return `${way} ${seconds.toFixed(0)} s`;
  });
  console.log(`${what} after: ${after.join(', ')}`);
}
