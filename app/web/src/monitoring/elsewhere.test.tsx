// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { toFragment } from '../place.ts';
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
  WANG,
} from '../testing/page.ts';
import { MonitoringPages } from './pages.tsx';
// Fetched when it is asked for; whoever waits for a page here is not to wait for that.
import './records/pages.tsx';

const OPERATOR: typeof WANG = { ...WANG, role: 'operator' };
const text = (): string => document.querySelector('main')?.textContent ?? '';

let sent: readonly Sent[] = [];

function open(hash: string, answers: Readonly<Record<string, unknown>>, who = OPERATOR): void {
  sent = serve(({ route }) => (Object.hasOwn(answers, route) ? answers[route] : refused(404, 'not-found')));
  toFragment(hash);
  show(stateOf(who), <MonitoringPages who={who} />);
}

afterEach(leave);

it('says that there is no page of the name that the address has', async () => {
  open('#monitoring/nosuch', {});
  await vi.waitFor(() => expect(text()).toContain('没有“nosuch”这一页'));
  toFragment('#monitoring/alerts');
  await vi.waitFor(() => expect(text()).toContain('监控 · 告警'));
  expect(text()).not.toContain('nosuch');
});

it.each(['alerts', 'reports', 'deliveries'])('says to a viewer that %s are for others', async (section) => {
  open(`#monitoring/${section}`, {}, WANG);
  await vi.waitFor(() => expect(text()).toContain('只对操作者与管理员开放'));
});

it('says nothing of roles where somebody is who may see it, or where everybody may', () => {
  open('#monitoring/alerts', {});
  expect(text()).not.toContain('开放');
  leave();
  open('#monitoring', {}, WANG);
  expect(text()).not.toContain('开放');
});

it('says that a metric that the address names is not recorded', async () => {
  const names = { 'GET /monitoring/metrics/names': { items: [{ name: 'made_up_total', kind: 'counter' }] } };
  open('#monitoring/charts?metric=nope_metric', names);
  await vi.waitFor(() => expect(text()).toContain('没有记录指标“nope_metric”'));
  toFragment('#monitoring/charts?metric=made_up_total');
  await vi.waitFor(() => expect(text()).not.toContain('nope_metric'));
  expect(text()).not.toContain('没有记录指标');
});

it('names the tab as the page is named, and gives it its name back', async () => {
  const before = (document.title = '股票分析');
  open('#monitoring/alerts', {});
  await vi.waitFor(() => expect(document.title).toBe('监控 · 告警 · 股票分析'));
  toFragment('#monitoring');
  await vi.waitFor(() => expect(document.title).toBe('监控 · 健康 · 股票分析'));
  leave();
  expect(document.title).toBe(before);
});

const EMPTY = { items: [], nextCursor: null };

it.each([
  [
    'alerts?state=foo&from=x&severity=critical',
    '/monitoring/alerts',
    '状态“foo”、开始于此后“x”',
    '?severity=critical',
  ],
  ['alerts?alertname=DiskFull', '/monitoring/alerts', 'alertname“DiskFull”', ''],
  ['alerts?rule=Disk+full&to=2026', '/monitoring/alerts', '规则“Disk full”、开始于此前“2026”', ''],
  ['deliveries?channel=pigeon', '/api/v1/notifications/deliveries', '渠道“pigeon”', ''],
  ['errors?since=2026-13-01T00:00:00Z', '/monitoring/errors', '最近发生于此后“2026-13-01T00:00:00Z”', ''],
  ['alerts?from=2026-02-30T00:00:00Z', '/monitoring/alerts', '开始于此后“2026-02-30T00:00:00Z”', ''],
  ['slow?kind=none', '/monitoring/performance', '种类“none”', ''],
  ['reports?kind=yearly', '/monitoring/reports', '种类“yearly”', ''],
])('narrows nothing down by what it cannot read, and says so: %s', async (page, path, unread, query) => {
  open(`#monitoring/${page}`, { [`GET ${path}`]: EMPTY });
  await vi.waitFor(() => expect(text()).toContain(`没有按地址中的${unread}筛选`));
  await vi.waitFor(() => expect(sent.find(({ route }) => route === `GET ${path}`)?.query).toBe(query));
  expect(problems()).toEqual([]);
});

it.each([
  'alerts?state=active&severity=info&rule=DiskFull&from=2026-11-26T00%3A00%3A00.000Z&to=2026-11-26T09%3A00%3A00%2B08%3A00',
  'deliveries?state=dead&channel=email',
  'errors?status=open&since=2026-11-26T00%3A00%3A00Z&q=%E8%BF%9E%E6%8E%A5+100%25',
])('asks for all of what it can read: %s', async (page) => {
  open(`#monitoring/${page}`, {});
  await vi.waitFor(() => expect(sent.map(({ query }) => query)).toContain(`?${page.split('?')[1]}`));
  expect(text()).not.toContain('没有按地址中的');
});

it('forgets what it could not read when something else is asked for', async () => {
  open('#monitoring/alerts?state=foo', { 'GET /monitoring/alerts': EMPTY });
  await fill('规则', 'DiskFull');
  await press('筛选');
  await vi.waitFor(() => expect(location.hash).toBe('#monitoring/alerts?rule=DiskFull'));
  await vi.waitFor(() => expect(text()).not.toContain('foo'));
});
