// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toFragment } from '../place.ts';
import { alertOf, deliveryOf } from '../testing/monitoring.ts';
import {
  fill,
  leave,
  press,
  problems,
  refused,
  type Sent,
  serve,
  show,
  stateOf,
  titles,
  WANG,
} from '../testing/page.ts';
import { MonitoringPages } from './pages.tsx';
// Fetched when it is asked for; whoever waits for a page here is not to wait for that.
import './records/pages.tsx';

const OPERATOR = { ...WANG, role: 'operator' } as const;
const ALERT = alertOf();
const text = (): string => document.querySelector('main')?.textContent ?? '';
const rows = (): readonly string[] =>
  [...document.querySelectorAll('tbody tr')].map((row) =>
    [...row.querySelectorAll('td')].map(({ textContent }) => textContent.trim()).join(' | '),
  );

let sent: readonly Sent[] = [];

/** The page of the monitoring at this address, before a server that answers so. */
function open(hash: string, answers: Readonly<Record<string, unknown>>, who = OPERATOR as typeof WANG): void {
  sent = serve(({ route }) => (Object.hasOwn(answers, route) ? answers[route] : refused(404, 'not-found')));
  toFragment(hash);
  show(stateOf(who), <MonitoringPages who={who} />);
}

const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
const last = (method: string): Sent | undefined => sent.findLast(({ route }) => route.startsWith(method));

beforeEach(() => toFragment('#monitoring'));
afterEach(leave);

const COMPONENTS = [
  { name: 'database', status: 'up', responseTimeMs: 1.2, checkedAt: null, lastSuccessAt: null },
  { name: 'mail', status: 'degraded', responseTimeMs: 3, checkedAt: null, lastSuccessAt: null },
];

describe('health', () => {
  it('shows a viewer the state of the components, and neither texts nor other pages', async () => {
    const health = { status: 'degraded', components: COMPONENTS, notConfigured: ['ai'] };
    open('#monitoring/alerts', { 'GET /monitoring/health': health }, WANG);
    await vi.waitFor(() => expect(rows()).toHaveLength(2));
    expect(rows()[0]).toContain('邮件 | 降级');
    expect(document.querySelector('[role=status]')?.textContent).toContain('平台降级');
    expect(text()).toContain('没有配置：AI 服务');
    expect(document.querySelector('nav')).toBeNull();
    expect(new Set(sent.map(({ route }) => route))).toEqual(new Set(['GET /monitoring/health']));
  });

  it('tells an operator what each process sees, and how old that is', async () => {
    const view = {
      ...{ process: 'worker@a:1', role: 'worker', status: 'degraded', message: 'no route to mail.example' },
      ...{ details: { queued: 3, freeBytes: 2048 }, responseTimeMs: 3, checkedAt: '2026-11-26T08:00:00Z' },
      ...{ lastSuccessAt: null, ageSeconds: 75 },
    };
    const mail = { ...COMPONENTS[1], message: view.message, processes: [view] };
    const database = { ...COMPONENTS[0], message: '', processes: [] };
    open('#monitoring', {
      'GET /monitoring/health': { status: 'degraded', components: [database, mail] },
      'GET /monitoring/status': {
        status: 'degraded',
        process: { name: 'server@a:1', schemaVersion: 1796025780000 },
      },
    });
    await vi.waitFor(() => expect(rows()).toHaveLength(2));
    expect(rows()[0]).toContain('no route to mail.example');
    expect(rows()[0]).toContain('75 s前');
    expect(rows()[0]).toContain('freeBytes2 KiB');
    await vi.waitFor(() => expect(text()).toContain('1796025780000'));
  });

  it('says why there is only a word while no session can be read', async () => {
    open('#monitoring', {
      'GET /monitoring/health': { status: 'down' },
      'GET /monitoring/status': { status: 'down' },
    });
    await vi.waitFor(() => expect(text()).toContain('平台故障'));
    expect(text()).toContain('不能核对登录');
  });
});

describe('alerts', () => {
  const LIST = { 'GET /monitoring/alerts': { items: [ALERT], nextCursor: 'next' } };

  it('are narrowed down by what the address says, and the fields write it there', async () => {
    open('#monitoring/alerts?state=active', LIST);
    await vi.waitFor(() => expect(rows()).toHaveLength(1));
    expect(sent[0]?.query).toBe('?state=active');
    expect(rows()[0]).toContain('触发 | 警告 | ComponentDegraded | mail is in trouble | component=mail');
    await fill('级别', 'critical');
    await fill('规则', 'DatabaseDown');
    await press('筛选');
    await vi.waitFor(() =>
      expect(sent.at(-1)?.query).toBe('?state=active&severity=critical&rule=DatabaseDown'),
    );
    expect(location.hash).toBe('#monitoring/alerts?state=active&severity=critical&rule=DatabaseDown');
  });

  it('come in pages, and another filter begins at the first', async () => {
    open('#monitoring/alerts', LIST);
    await press('下一页');
    await vi.waitFor(() => expect(sent.at(-1)?.query).toBe('?cursor=next'));
    await fill('状态', 'firing');
    await press('筛选');
    await vi.waitFor(() => expect(sent.at(-1)?.query).toBe('?state=firing'));
  });

  it('are not asked for by what the server would refuse', async () => {
    open('#monitoring/alerts', LIST);
    await fill('规则', 'Disk full');
    await press('筛选');
    await vi.waitFor(() => expect(problems()).toEqual(['只有字母和数字']));
    expect(location.hash).toBe('#monitoring/alerts');
  });

  const ONE = {
    [`GET /monitoring/alerts/${ALERT.id}`]: ALERT,
    'GET /api/v1/notifications/deliveries': { items: [deliveryOf()], nextCursor: null },
  };

  it('are acknowledged with what is done about them', async () => {
    const route = `POST /monitoring/alerts/${ALERT.id}/acknowledge`;
    open(`#monitoring/alerts/${ALERT.id}`, { ...ONE, [route]: ALERT });
    await vi.waitFor(() => expect(text()).toContain('通知“触发”，邮件：已送达'));
    expect(sent.some(({ query }) => query.includes(`subject=alert+${ALERT.id}`))).toBe(true);
    await press('确认');
    await fill('说明', 'restarting it');
    await press('确认');
    await vi.waitFor(() => expect(titles()).toEqual([]));
    expect(last('POST')).toMatchObject({ route, body: { comment: 'restarting it' } });
  });

  it('offer nothing to acknowledge once they are over', async () => {
    const over = alertOf({ state: 'resolved', endsAt: '2026-11-26T09:00:00Z', endReason: 'clear' });
    open(`#monitoring/alerts/${ALERT.id}`, { ...ONE, [`GET /monitoring/alerts/${ALERT.id}`]: over });
    await vi.waitFor(() => expect(text()).toContain('恢复：条件不再成立'));
    expect([...document.querySelectorAll('button')].map(({ textContent }) => textContent)).not.toContain(
      '确认',
    );
  });

  it('are silenced by what tells this one from all others', async () => {
    open(`#monitoring/alerts/${ALERT.id}`, { ...ONE, 'POST /monitoring/silences': {} });
    await press('静默…');
    await fill('时长', '240');
    await fill('原因', 'maintenance');
    await press('静默');
    await vi.waitFor(() => expect(titles()).toEqual([]));
    expect(last('POST')?.body).toEqual({
      matchers: { rule: 'ComponentDegraded', component: 'mail' },
      minutes: 240,
      comment: 'maintenance',
    });
  });

  it('are silenced from a time on that is yet to come', async () => {
    open('#monitoring/silences', {
      'GET /monitoring/silences': { items: [] },
      'POST /monitoring/silences': {},
    });
    await press('新建静默');
    await fill('标签', 'rule=DatabaseDown');
    await fill('开始', '2026-11-26T22:00');
    await fill('原因', 'maintenance');
    await press('静默');
    await vi.waitFor(() => expect(titles()).toEqual([]));
    expect(last('POST')?.body).toEqual({
      ...{ matchers: { rule: 'DatabaseDown' }, minutes: 60, comment: 'maintenance' },
      startsAt: new Date('2026-11-26T22:00').toISOString(),
    });
  });

  it('are listed with what silences them, from when on and how many that is now', async () => {
    const silence = (id: string, hours: readonly [number, number], activeAlerts: number) => ({
      ...{ id, matchers: { rule: id }, comment: 'c', createdAt: new Date().toISOString(), createdBy: null },
      ...{ startsAt: inHours(hours[0]), endsAt: inHours(hours[1]), activeAlerts },
    });
    const items = [silence('Later', [1, 2], 0), silence('Holds', [-1, 1], 3), silence('Over', [-2, -1], 0)];
    open('#monitoring/silences', { 'GET /monitoring/silences': { items } });
    await vi.waitFor(() => expect(rows()).toHaveLength(3));
    expect(rows()[0]).toMatch(/^未开始 \| rule=Later \| 目前没有 \|/);
    expect(rows()[1]).toMatch(/^生效中 \| rule=Holds \| 3 条 \|/);
    expect(rows()[2]).toMatch(/^已结束 \| rule=Over \| {2}\|/);
  });

  it('are shown without what was told of them where that cannot be had', async () => {
    open(`#monitoring/alerts/${ALERT.id}`, { [`GET /monitoring/alerts/${ALERT.id}`]: ALERT });
    await vi.waitFor(() => expect(text()).toContain('条件第一次成立'));
  });
});

const RULE = {
  ...{ name: 'QueueLong', origin: 'own', severity: 'warning', summary: 's', description: 'd' },
  condition: {
    kind: 'absence',
    metric: 'stock_analysis_build_info',
    matchers: { role: 'server' },
    absentSeconds: 120,
  },
  ...{ forSeconds: 60, keepFiringSeconds: 120, cooldownSeconds: 900, escalateAfterSeconds: 0 },
  ...{ inhibitedBy: ['DatabaseDown'], isEnabled: true },
};

describe('rules', () => {
  const answers = {
    'GET /monitoring/rules': { items: [RULE] },
    'PUT /monitoring/rules/QueueLong': { ...RULE, warnings: [] },
  };
  const { name: _name, origin: _origin, ...body } = RULE;

  it('are written as a whole: what was not changed stays', async () => {
    open('#monitoring/rules', answers);
    await press('编辑 QueueLong');
    await fill('没有数据多久（秒）', '300');
    await press('保存');
    await vi.waitFor(() => expect(titles()).toEqual([]));
    expect(last('PUT')?.body).toEqual({ ...body, condition: { ...RULE.condition, absentSeconds: 300 } });
    expect(text()).not.toContain('可能有误');
  });

  it('are written with a slip, which is told until the next one is', async () => {
    const warnings = ['no series of queue has had a label que so far'];
    open('#monitoring/rules', { ...answers, 'PUT /monitoring/rules/QueueLong': { ...RULE, warnings } });
    await press('编辑 QueueLong');
    await press('保存');
    await vi.waitFor(() =>
      expect(document.querySelector('main [role=status]')?.textContent).toBe(
        `规则 QueueLong 已写入，但可能有误：${warnings.join('')}`,
      ),
    );
  });

  it('are ended without being lost', async () => {
    open('#monitoring/rules', answers);
    await press('停用 QueueLong');
    await vi.waitFor(() => expect(last('PUT')?.body).toEqual({ ...body, isEnabled: false }));
  });

  it('have another set of fields for another kind, and a new one a name that may be', async () => {
    open('#monitoring/rules', { ...answers, 'PUT /monitoring/rules/DiskLow': { ...RULE, warnings: [] } });
    await press('新建规则');
    await press('组件状态');
    await fill('名称', 'disk low');
    await fill('摘要', 'the disk');
    await fill('说明', 'free it');
    await fill('组件', 'disk');
    await fill('从', 'down');
    await press('保存');
    await vi.waitFor(() => expect(problems().join('')).toContain('以大写字母开头'));
    await fill('名称', 'DiskLow');
    await press('保存');
    await vi.waitFor(() => expect(titles()).toEqual([]));
    expect(last('PUT')).toMatchObject({
      route: 'PUT /monitoring/rules/DiskLow',
      body: {
        severity: 'warning',
        condition: { kind: 'component', component: 'disk', from: 'down' },
        forSeconds: 60,
      },
    });
    // The platform knows when its alerts are escalated.
    expect(last('PUT')?.body).not.toHaveProperty('escalateAfterSeconds');
  });

  it('show next to its field what the server refuses of a condition', async () => {
    const errors = [{ parameter: 'condition.absentSeconds', detail: 'must be at least 30' }];
    open('#monitoring/rules', {
      ...answers,
      'PUT /monitoring/rules/QueueLong': refused(400, 'invalid-parameter', { errors }),
    });
    await press('编辑 QueueLong');
    await press('保存');
    await vi.waitFor(() => expect(problems()).toEqual(['至少 30']));
  });

  it('of people are removed, and those of the platform are not', async () => {
    open('#monitoring/rules', { ...answers, 'DELETE /monitoring/rules/QueueLong': null });
    await press('删除 QueueLong');
    await press('删除');
    await vi.waitFor(() => expect(last('DELETE')?.route).toBe('DELETE /monitoring/rules/QueueLong'));
    leave();
    open('#monitoring/rules', { 'GET /monitoring/rules': { items: [{ ...RULE, origin: 'builtin' }] } });
    await vi.waitFor(() => expect(rows()).toHaveLength(1));
    expect(document.querySelector('[aria-label="删除 QueueLong"], [aria-label="还原 QueueLong"]')).toBeNull();
  });
});

describe('deliveries', () => {
  it('that were given up are tried again, and no others', async () => {
    const dead = deliveryOf({ id: 'd1', state: 'dead', title: 'lost' });
    const answers = {
      'GET /api/v1/notifications/deliveries': { items: [dead, deliveryOf()], nextCursor: null },
      'POST /api/v1/notifications/deliveries/d1/retry': dead,
    };
    open('#monitoring/deliveries', answers);
    await press('再试 lost，邮件');
    await vi.waitFor(() =>
      expect(last('POST')?.route).toBe('POST /api/v1/notifications/deliveries/d1/retry'),
    );
    expect(document.querySelectorAll('[aria-label^="再试"]')).toHaveLength(1);
  });
});

describe('what this version of the server does not have', () => {
  it.each(['errors', 'slow', 'log-level', 'reports'])('is no failure: %s', async (section) => {
    open(`#monitoring/${section}`, {});
    await vi.waitFor(() => expect(text()).toContain('服务器的这个版本没有这项功能'));
    expect(problems()).toEqual([]);
  });
});
