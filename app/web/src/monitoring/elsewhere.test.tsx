// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { toFragment } from '../place.ts';
import { leave, refused, serve, show, stateOf, WANG } from '../testing/page.ts';
import { MonitoringPages } from './pages.tsx';

const OPERATOR: typeof WANG = { ...WANG, role: 'operator' };
const text = (): string => document.querySelector('main')?.textContent ?? '';

function open(hash: string, answers: Readonly<Record<string, unknown>>, who = OPERATOR): void {
  serve(({ route }) => (Object.hasOwn(answers, route) ? answers[route] : refused(404, 'not-found')));
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
