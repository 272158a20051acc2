// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { toFragment } from '../place.ts';
import {
  fill,
  leave,
  press,
  refused,
  type Sent,
  serve,
  show,
  stateOf,
  titles,
  WANG,
} from '../testing/page.ts';
import { MonitoringPages } from './pages.tsx';
import { hoursOf } from './records/error-page.tsx';
import { shareText } from './records/reports-page.tsx';
import type { TrackedErrorDetails } from './types.ts';

const OPERATOR = { ...WANG, role: 'operator' } as const;
const text = (): string => document.querySelector('main')?.textContent ?? '';
const row = (): string =>
  [...document.querySelectorAll('tbody tr:first-child td')]
    .map(({ textContent }) => textContent.trim())
    .join(' | ');

let sent: readonly Sent[] = [];

function open(hash: string, answers: Readonly<Record<string, unknown>>): void {
  sent = serve(({ route }) => (Object.hasOwn(answers, route) ? answers[route] : refused(404, 'not-found')));
  toFragment(hash);
  show(stateOf(OPERATOR), <MonitoringPages who={OPERATOR} />);
}

const last = (method: string): Sent | undefined => sent.findLast(({ route }) => route.startsWith(method));

afterEach(leave);

const ERROR: TrackedErrorDetails = {
  ...{ id: 'e1', fingerprint: 'f', type: 'QueryFailedError', message: 'deadlock detected', role: 'worker' },
  ...{ count: 7, firstSeenAt: '2026-11-25T08:00:00Z', lastSeenAt: '2026-11-26T08:00:00Z' },
  ...{ lastRequestId: null, lastTraceId: null, version: '0.1.0', status: 'open' },
  ...{ statusAt: null, statusReason: null, regressedAt: '2026-11-26T07:00:00Z' },
  stack: 'QueryFailedError: deadlock detected\n    at run (store.ts:1:1)',
  context: { level: 'error', queue: 'market-data-ingestion' },
  samples: [{ at: '2026-11-26T08:00:00Z', process: 'worker@a:1', runId: 'run-9', userId: WANG.id }],
  hours: [{ hour: '2026-11-26T07:00:00Z', count: 3 }],
};

describe('errors', () => {
  it('are listed by what is wrong, with those that came back, as the address asks', async () => {
    open('#monitoring/errors?status=open&q=dead', {
      'GET /monitoring/errors': { items: [ERROR], nextCursor: null },
    });
    await vi.waitFor(() => expect(row()).toContain('QueryFailedError | deadlock detected | 后台进程 | 7'));
    expect(row()).toContain('未解决复发');
    expect(sent[0]?.query).toBe('?status=open&q=dead');
  });

  it('show stack, context and the last times, and are resolved with a reason', async () => {
    const route = 'POST /monitoring/errors/e1/resolve';
    open('#monitoring/errors/e1', { 'GET /monitoring/errors/e1': ERROR, [route]: ERROR });
    await vi.waitFor(() => expect(text()).toContain('at run (store.ts:1:1)'));
    for (const part of ['market-data-ingestion', 'run-9', '您', '复发于']) expect(text()).toContain(part);
    await press('标为已解决…');
    await fill('原因', 'retried since');
    await press('标为已解决');
    await vi.waitFor(() => expect(titles()).toEqual([]));
    expect(last('POST')).toMatchObject({ route, body: { reason: 'retried since' } });
  });

  it('that were settled can only be opened again', async () => {
    open('#monitoring/errors/e1', {
      'GET /monitoring/errors/e1': {
        ...ERROR,
        status: 'ignored',
        statusAt: '2026-11-26T09:00:00Z',
        statusReason: 'known',
      },
    });
    await vi.waitFor(() => expect(text()).toContain('known'));
    const buttons = [...document.querySelectorAll('.actions button')].map(({ textContent }) => textContent);
    expect(buttons).toEqual(['重新打开…']);
  });

  it('have a zero for each hour in which they did not happen', () => {
    const { line, window } = hoursOf(ERROR, Date.parse('2026-11-26T08:30:00Z'));
    expect(line.points).toHaveLength(48);
    expect(line.points.filter(({ value }) => value > 0)).toEqual([
      { at: Date.parse('2026-11-26T08:00:00Z'), value: 3 },
    ]);
    expect([new Date(window.from), new Date(window.to)]).toEqual([
      new Date('2026-11-24T09:00:00Z'),
      new Date('2026-11-26T09:00:00Z'),
    ]);
  });
});

describe('slow records', () => {
  it('are told by kind, with what is known of each', async () => {
    const record = {
      ...{ id: 's1', kind: 'query', name: 'SELECT … #a1b2', milliseconds: 1234, at: '2026-11-26T08:00:00Z' },
      ...{ process: 'server@a:1', role: 'server', requestId: 'r-1', traceId: null, detail: { heldBack: 4 } },
    };
    open('#monitoring/slow', { 'GET /monitoring/performance': { items: [record], nextCursor: null } });
    await vi.waitFor(() => expect(row()).toContain('慢查询 | SELECT … #a1b2 | 1.23 s'));
    expect(row()).toMatch(/server@a:1.*r-1.*heldBack4/);
    expect(row()).not.toContain('traceId');
    await press('慢任务');
    await vi.waitFor(() => expect(sent.at(-1)?.query).toBe('?kind=job'));
    expect(location.hash).toBe('#monitoring/slow?kind=job');
  });
});

describe('the log level', () => {
  const state = {
    ...{ level: 'debug', configured: 'info', until: '2026-11-26T09:00:00Z' },
    orders: [
      {
        role: 'server',
        level: 'debug',
        reason: 'a slow answer',
        setBy: WANG.id,
        setAt: '2026-11-26T08:00:00Z',
        until: '2026-11-26T09:00:00Z',
      },
    ],
    processes: [
      {
        process: 'server@a:1',
        role: 'server',
        level: 'debug',
        configured: 'info',
        seenAt: '2026-11-26T08:00:09Z',
      },
    ],
  };
  const answers = {
    'GET /monitoring/log-level': state,
    'PUT /monitoring/log-level': state,
    'DELETE /monitoring/log-level': state,
  };

  it('says what was ordered by whom, what each process does, and is ordered for a while', async () => {
    open('#monitoring/log-level', answers);
    await vi.waitFor(() => expect(text()).toContain('a slow answer'));
    expect(text()).toMatch(/您.*server@a:1/s);
    await press('更改…');
    await fill('级别', 'trace');
    await fill('进程', 'worker');
    await fill('时长', '60');
    await fill('原因', 'looking for a job');
    await press('更改');
    await vi.waitFor(() => expect(titles()).toEqual([]));
    expect(last('PUT')?.body).toEqual({
      level: 'trace',
      minutes: 60,
      role: 'worker',
      reason: 'looking for a job',
    });
  });

  it('is of all processes unless said, and goes back at once when asked', async () => {
    open('#monitoring/log-level', answers);
    await press('更改…');
    await fill('原因', 'looking');
    await press('更改');
    await vi.waitFor(() =>
      expect(last('PUT')?.body).toEqual({ level: 'debug', minutes: 15, reason: 'looking' }),
    );
    await vi.waitFor(() => expect(titles()).toEqual([]));
    await press('立即恢复配置的级别');
    await vi.waitFor(() => expect(last('DELETE')?.route).toBe('DELETE /monitoring/log-level'));
  });
});

describe('reports', () => {
  const report = {
    ...{ id: 'p1', kind: 'daily', from: '2026-11-24T16:00:00Z', to: '2026-11-25T16:00:00Z' },
    ...{
      createdAt: '2026-11-26T00:00:00Z',
      availability: 0.99994,
      observed: 0.9583333,
      incidents: 2,
      verdict: '2 incidents, 1 not over',
    },
    deliveries: [{ channel: 'email', state: 'sent' }],
  };
  const answers = {
    'GET /monitoring/reports': { items: [report], nextCursor: null },
    'POST /monitoring/reports': report,
  };

  it('say how it was, who was told, and can be read', async () => {
    open('#monitoring/reports', answers);
    await vi.waitFor(() =>
      expect(row()).toContain('2 incidents, 1 not over | 99.994%仅观测到 95.833% | 2 | 邮件 已送达'),
    );
    expect(document.querySelector('a[target]')?.getAttribute('href')).toBe(
      '/monitoring/reports/p1?format=html',
    );
  });

  it('are made without telling everybody, unless that is asked for', async () => {
    open('#monitoring/reports', answers);
    await press('生成报告…');
    await fill('种类', 'weekly');
    await press('生成');
    await vi.waitFor(() => expect(last('POST')?.body).toEqual({ kind: 'weekly', send: false }));
    await vi.waitFor(() => expect(titles()).toEqual([]));
    await press('生成报告…');
    await fill('发送', 'true');
    await press('生成');
    await vi.waitFor(() => expect(last('POST')?.body).toEqual({ kind: 'daily', send: true }));
  });

  it.each([
    [null, '—'],
    [1, '100.000%'],
    [0.999999, '99.999%'],
    [0.999, '99.900%'],
  ])('never say more than was measured: %s is %s', (share, said) => expect(shareText(share)).toBe(said));
});
