import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { freePort } from '../../hack/lib/ports.ts';
import { documentedInhibition, documentedRoute } from '../support/documented-alertmanager.ts';
import { eventually } from '../support/wait.ts';
import { everyAlert } from './rules-under-test.ts';

const message = z.object({
  alerts: z.array(z.object({ status: z.string(), labels: z.record(z.string(), z.string()) })),
});
const known = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    status: z.object({ state: z.enum(['active', 'suppressed', 'unprocessed']) }),
  }),
);

type Labels = Readonly<Record<string, string>>;

/** Receiver of docs/alerts.md whose configuration is empty. */
const NOBODY = 'nobody';
const GROUP_INTERVAL_MS = 3000;

const demo = { namespace: 'stock-analysis', stockanalysis: 'demo' };
const other = { namespace: 'stock-analysis', stockanalysis: 'other' };
const alone = { namespace: 'stock-analysis', stockanalysis: 'alone' };
const alert = (name: string, severity: string, labels: Labels): Labels => ({
  alertname: `StockAnalysis${name}`,
  severity,
  ...labels,
});

/** The database of one object is gone, and everything that follows from that fires as well. */
const FIRING: readonly Labels[] = [
  alert('DatabaseDown', 'critical', demo),
  alert('RequestsFailing', 'warning', demo),
  alert('AvailabilityBudgetBurn', 'critical', { ...demo, window: '1h' }),
  alert('AvailabilityBudgetBurn', 'critical', { ...demo, window: '6h' }),
  alert('RateLimitsFailingClosed', 'critical', demo),
  alert('ObjectNotReady', 'warning', demo),
];
/** Of another one the servers alone have lost it. */
const UNREADY: readonly Labels[] = [
  alert('APIUnready', 'critical', alone),
  alert('AvailabilityBudgetBurn', 'critical', { ...alone, window: '1h' }),
  alert('RateLimitsFailingClosed', 'critical', alone),
  alert('AuditWritesFailing', 'critical', alone),
  alert('DatabasePoolExhausted', 'warning', alone),
  alert('ObjectNotReady', 'warning', alone),
];
/** Told to nobody, and what mutes the others. */
const INHIBITORS: readonly Labels[] = [
  alert('DatabaseDownInhibitor', 'none', demo),
  alert('DatabaseDownBudgetInhibitor', 'none', demo),
  alert('APIUnreadyInhibitor', 'none', alone),
];
/** Of another object in the same namespace, with a trouble of its own. */
const UNTOUCHED: readonly Labels[] = [
  alert('RequestsFailing', 'warning', other),
  alert('DiskAlmostFull', 'warning', other),
  // Critical for one object: no reason to be silent about the other.
  alert('DiskAlmostFull', 'critical', demo),
];
const MUTED_BY_SEVERITY: readonly Labels[] = [alert('DiskAlmostFull', 'warning', demo)];

describe('inhibition in a real Alertmanager', () => {
  let folder: string;
  let receiver: Server;
  let manager: ChildProcess;
  let url: string;
  const told: Labels[] = [];
  const ended: Labels[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'alertmanager-'));
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { alerts } = message.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        for (const { status, labels } of alerts) (status === 'resolved' ? ended : told).push(labels);
        response.end();
      });
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const address = receiver.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { route } = documentedRoute();
    const receivers = [
      { name: route.receiver, webhook_configs: [{ url: `http://127.0.0.1:${port}/` }] },
      { name: NOBODY },
    ];
    // Nobody waits half a minute here.
    const quick = { ...route, group_wait: '2s', group_interval: `${GROUP_INTERVAL_MS}ms` };
    const config = { route: quick, receivers, ...documentedInhibition() };
    writeFileSync(join(folder, 'config.yaml'), stringify(config));
    const listen = `127.0.0.1:${await freePort()}`;
    url = `http://${listen}/api/v2/alerts`;
    manager = spawn('prometheus-alertmanager', [
      `--config.file=${join(folder, 'config.yaml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=${listen}`,
      '--cluster.listen-address=',
    ]);
    await eventually({ what: 'Alertmanager', timeoutMs: 30_000 }, async () =>
      (await fetch(`http://${listen}/-/ready`)).ok ? true : undefined,
    );
  });

  afterAll(async () => {
    receiver.close();
    const exited = once(manager, 'exit');
    manager.kill();
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });

  async function post(alerts: readonly { readonly labels: Labels; readonly endsAt?: Date }[]): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(url, { method: 'POST', headers, body: JSON.stringify(alerts) })).status).toBe(200);
  }

  it('tells of the cause once, and of nothing that follows from it', async () => {
    const all = [...FIRING, ...UNREADY, ...INHIBITORS, ...UNTOUCHED, ...MUTED_BY_SEVERITY];
    await post(all.map((labels) => ({ labels })));
    const causes = [FIRING[0], UNREADY[0]];
    const expected = [...causes, ...UNTOUCHED];
    await eventually({ what: 'the notifications', timeoutMs: 30_000 }, () =>
      told.length >= expected.length ? true : undefined,
    );
    expect(sorted(told)).toEqual(sorted(expected));
    const now = known.parse(await (await fetch(url)).json());
    const suppressed = now.filter(({ status }) => status.state === 'suppressed').map(({ labels }) => labels);
    expect(sorted(suppressed)).toEqual(
      sorted([...FIRING.slice(1), ...UNREADY.slice(1), ...MUTED_BY_SEVERITY]),
    );
  });

  it('tells of the end of the cause, and of nothing that still follows from it', async () => {
    const before = told.length;
    const [cause = {}] = FIRING;
    await post([
      { labels: cause, endsAt: new Date() },
      { labels: alert('AuditWritesFailing', 'critical', demo) },
    ]);
    await eventually({ what: 'the end', timeoutMs: 30_000 }, () => (ended.length > 0 ? true : undefined));
    await sleep(2 * GROUP_INTERVAL_MS);
    expect(ended).toEqual([cause]);
    // What goes on firing in the same group may be in the same message, and is nothing new.
    expect(sorted(told.slice(before).filter((one) => !isUntouched(one)))).toEqual([]);
  });
});

const isUntouched = (labels: Labels): boolean =>
  UNTOUCHED.some((one) => JSON.stringify(sorted([one])) === JSON.stringify(sorted([labels])));

const sorted = (all: readonly (Labels | undefined)[]): string[] =>
  all
    .map((labels) => JSON.stringify(Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))))
    .sort();

describe('inhibition', () => {
  it('names alerts that exist', () => {
    const names = new Set([...everyAlert().values()].map((rule) => rule.alert));
    const matchers = documentedInhibition().inhibit_rules.flatMap((rule) =>
      rule.source_matchers.concat(rule.target_matchers),
    );
    const named = matchers.flatMap((matcher) => {
      const [, prefix = '', list = ''] =
        /^alertname =~? "?(StockAnalysis\w*?)(?:\(([\w|]+)\))?(?:BudgetBurn)?"?$/.exec(matcher) ?? [];
      const suffix = matcher.includes(')BudgetBurn') ? 'BudgetBurn' : '';
      return list === '' ? [prefix] : list.split('|').map((one) => prefix + one + suffix);
    });
    expect(named.filter((name) => name !== '' && name !== 'StockAnalysis' && !names.has(name))).toEqual([]);
    expect(named.length).toBeGreaterThan(20);
  });
});
