import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARTEFACTS, openBrowser, type Browser } from './support/browser.ts';
import { type LocalApp, startLocalApp } from './support/local-app.ts';

// Words of no list; users of a platform that only this file has.
const PASSWORD = 'lantern quorum basalt 41';
const VIEWER_PASSWORD = 'sorrel gantry umbra 73';

/** What a chart needs at least: a whole minute of samples. */
const MINUTE = { timeout: 150_000, interval: 1_000 };
const SOON = { timeout: 60_000, interval: 500 };

/** A receiver of webhooks that takes nothing until it is told to. */
async function startReceiver(): Promise<{ server: Server; url: string; take: () => void }> {
  let status = 422;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}/hook`, take: () => (status = 204) };
}

interface Session {
  readonly cookie: string;
  readonly csrfToken: string;
}

async function post(
  app: LocalApp,
  path: string,
  body: object,
  session?: Session,
): Promise<{ readonly answer: Readonly<Record<string, unknown>>; readonly cookie: string }> {
  const response = await fetch(`${app.url}/api/v1/${path}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Origin: app.url,
      ...(session ? { Cookie: session.cookie, 'X-CSRF-Token': session.csrfToken } : {}),
    },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Readonly<Record<string, unknown>>;
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
  return { answer, cookie: response.headers.get('Set-Cookie')?.split(';')[0] ?? '' };
}

/** Somebody who may only look, with a password of their own. */
async function makeViewer(app: LocalApp, admin: Session): Promise<void> {
  const user = { username: 'viewer', role: 'viewer' };
  const { answer: made } = await post(app, 'users', user, admin);
  const password = String(made['oneTimePassword']);
  const { answer, cookie } = await post(app, 'auth/login', { username: 'viewer', password });
  const change = { currentPassword: password, newPassword: VIEWER_PASSWORD };
  await post(app, 'auth/password', change, { cookie, csrfToken: String(answer['csrfToken']) });
}

/** The rightmost edge of anything that is drawn. */
const RIGHTMOST =
  'Math.max(...[...document.querySelectorAll("body *")].map((e) => e.getBoundingClientRect().right))';

describe('monitoring in Chromium', () => {
  let app: LocalApp;
  let browser: Browser;
  let page: Page;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;

  beforeAll(async () => {
    receiver = await startReceiver();
    const notifications = {
      webhook: {},
      // Nobody listens there: what is sent by mail fails.
      email: { host: '127.0.0.1', port: 9, security: 'None', from: 'a@example.com', to: ['b@example.com'] },
    };
    const alerts = { evaluationSeconds: 5, groupSeconds: 1 };
    app = await startLocalApp(
      // Whatever takes a millisecond is slow here.
      {
        monitoring: { history: { sampleSeconds: 5 }, slow: { routeMilliseconds: 1 }, alerts, notifications },
      },
      { 'webhook-url': receiver.url },
    );
    const setup = { token: app.bootstrapToken, username: 'admin', password: PASSWORD };
    const { answer, cookie } = await post(app, 'auth/setup', setup);
    await makeViewer(app, { cookie, csrfToken: String(answer['csrfToken']) });
    browser = await openBrowser();
    ({ page } = browser);
    page.setDefaultTimeout(15_000);
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    receiver?.server.close();
  });

  const main = (): Locator => page.getByRole('main');
  const dialog = (): Locator => page.getByRole('dialog');
  /** What it says while it is open: why it does not close. */
  const dialogCloses = async (): Promise<void> => {
    await expect.poll(async () => (await dialog().allInnerTexts()).join(''), SOON).toBe('');
  };
  const field = (label: string): Locator => page.getByLabel(label, { exact: true });
  const rows = (table: string): Locator =>
    page.getByRole('table', { name: table, exact: true }).getByRole('row');
  const row = (table: string, text: string): Locator => rows(table).filter({ hasText: text }).first();

  async function signIn(username: string, password: string): Promise<void> {
    await field('用户名').fill(username);
    await field('密码').fill(password);
    await main().getByRole('button', { name: '登录', exact: true }).click();
    await page.locator('.account-menu > button').getByText(username).waitFor();
  }

  async function goTo(section: string): Promise<void> {
    await page.getByRole('navigation', { name: '监控' }).getByText(section, { exact: true }).click();
    await page.getByRole('heading', { name: `监控 · ${section}` }).waitFor();
  }

  it('asks who one is, and then shows every component, as each process sees it', async () => {
    await page.goto(`${app.url}/#monitoring`);
    await signIn('admin', PASSWORD);
    await row('组件', '数据库').waitFor();
    await expect.poll(() => row('组件', '邮件').innerText(), SOON).toContain('降级');
    expect(await row('组件', '邮件').innerText()).toContain('the mail server cannot be reached');
    expect(await page.getByRole('status').innerText()).toContain('平台降级');
    expect(await main().innerText()).toContain('没有配置：AI 服务');
    await row('组件', '数据库').getByText('2 个进程').click();
    const seen = await row('组件', '数据库').innerText();
    expect(seen).toMatch(/服务器 server@.*后台进程 worker@/s);
    await page.screenshot({ path: `${ARTEFACTS}/monitoring-health.png`, fullPage: true });
  });

  it('keeps what it knew, and says of when it is, while the server cannot be reached', async () => {
    await browser.context.setOffline(true);
    await main().getByText('无法连接服务器').first().waitFor({ timeout: 30_000 });
    expect(await main().innerText()).toMatch(/以下是 \d\d:\d\d:\d\d 的内容，可能已经过时/);
    expect(await row('组件', '数据库').count()).toBe(1);
    await browser.context.setOffline(false);
    await main().getByText('无法连接服务器').first().waitFor({ state: 'detached', timeout: 30_000 });
  });

  it('makes a rule, tells of its alert by itself, and says who looks after it', async () => {
    await goTo('规则');
    await page.getByRole('button', { name: '新建规则' }).click();
    await field('名称').fill('PageUnderTest');
    await field('级别').selectOption('critical');
    await field('摘要').fill('{{value}} processes are there');
    await field('说明').fill('as they should be');
    await field('指标').fill('stock_analysis_build_info');
    await field('界限').fill('0');
    await field('持续多久才触发（秒）').fill('0');
    await dialog().getByRole('button', { name: '保存' }).click();
    await row('规则', 'PageUnderTest').waitFor();
    expect(await row('规则', 'PageUnderTest').innerText()).toMatch(
      /自建.*stock_analysis_build_info .*高于 0/s,
    );
    await goTo('告警');
    await field('规则').fill('PageUnderTest');
    await page.getByRole('button', { name: '筛选' }).click();
    await page.waitForURL(/#monitoring\/alerts\?rule=PageUnderTest$/);
    await expect.poll(() => row('告警', 'PageUnderTest').count(), SOON).toBe(1);
    await row('告警', 'PageUnderTest').getByRole('link', { name: '详情' }).click();
    await expect.poll(() => main().innerText(), SOON).toMatch(/条件第一次成立.*触发.*Webhook：已放弃/s);
    await main().getByRole('button', { name: '确认', exact: true }).click();
    await field('说明').fill('it is a test');
    await dialog().getByRole('button', { name: '确认', exact: true }).click();
    await main().getByText('您已确认').waitFor();
    expect(await page.locator('.timeline').innerText()).toContain('it is a test');
    expect(await main().getByRole('button', { name: '确认', exact: true }).count()).toBe(0);
    await page.screenshot({ path: `${ARTEFACTS}/monitoring-alert.png`, fullPage: true });
  });

  it('silences an alert by its own labels, and ends that again', async () => {
    await main().getByRole('button', { name: '静默…' }).click();
    expect(await field('标签').inputValue()).toBe('rule=PageUnderTest');
    await field('原因').fill('it is a test');
    await dialog().getByRole('button', { name: '静默', exact: true }).click();
    await dialogCloses();
    await goTo('静默');
    await row('静默', 'rule=PageUnderTest').getByText('生效中').waitFor();
    await page.getByRole('button', { name: '结束静默 rule=PageUnderTest' }).click();
    await dialog().getByRole('button', { name: '结束', exact: true }).click();
    await row('静默', 'rule=PageUnderTest').getByText('已结束').waitFor();
  });

  it('shows what was told to whom, and tries again what was given up', async () => {
    await goTo('通知');
    const dead = rows('通知')
      .filter({ hasText: 'Webhook' })
      .filter({ hasText: '1 firing' })
      .filter({ hasText: 'processes are there' });
    expect(await dead.innerText()).toContain('已放弃');
    await dead.getByText('1 次').click();
    expect(await dead.innerText()).toContain('422');
    receiver.take();
    await dead.getByRole('button', { name: /^再试/ }).click();
    await expect.poll(() => dead.innerText(), SOON).toContain('已送达');
  });

  it('removes the rule, and its alert is over with it', async () => {
    await goTo('规则');
    await page.getByRole('button', { name: '删除 PageUnderTest' }).click();
    await dialog().getByRole('button', { name: '删除' }).click();
    await row('规则', 'PageUnderTest').waitFor({ state: 'detached' });
    await goTo('告警');
    await field('状态').selectOption('resolved');
    await page.getByRole('button', { name: '筛选' }).click();
    await expect.poll(() => row('告警', 'PageUnderTest').count(), SOON).toBe(1);
  });

  const chart = (title: string): Locator => page.getByRole('region', { name: title, exact: true });

  /** What is drawn of the first series that has it, else what the chart says in its place. */
  async function drawnOf(title: string, mark: string): Promise<string> {
    const paths = await chart(title).locator(`.time-chart g > ${mark}`).all();
    const drawn = await Promise.all(paths.map((path) => path.getAttribute('d')));
    return drawn.find((d) => d !== null && d !== '') ?? `${title}: ${await chart(title).innerText()}`;
  }

  it('draws what the platform has recorded, and says the same in a table and to the keyboard', async () => {
    await goTo('图表');
    const line = 'path:not(.dots)';
    for (const title of ['请求', 'CPU', '内存', '磁盘剩余空间', '事件循环延迟（p99）', '数据库连接'])
      await expect.poll(() => drawnOf(title, line), MINUTE).toMatch(/^M[\d.]+ [\d.]+L/);
    // Of minutes in which no user asked for anything nobody knows how long an answer takes, and this page's own requests
    // are not those of a user: there may be dots alone.
    await expect.poll(() => drawnOf('响应时间', 'path'), MINUTE).toMatch(/^M[\d.]+ [\d.]+/);
    const slider = chart('内存').getByRole('slider');
    await slider.focus();
    const newest = await slider.getAttribute('aria-valuetext');
    expect(newest).toMatch(/最大常驻 server [\d.]+ MiB，最大常驻 worker [\d.]+ MiB/);
    await page.keyboard.press('Home');
    await expect.poll(() => chart('内存').locator('.cursor').count()).toBe(1);
    await page.keyboard.press('Escape');
    await chart('内存').getByText('内存：数据表').click();
    const first = await page.getByRole('table', { name: '内存数据' }).getByRole('row').nth(1).innerText();
    expect(first).toMatch(/\d\d:\d\d:00.*MiB.*MiB/s);
    await page.screenshot({ path: `${ARTEFACTS}/monitoring-charts.png`, fullPage: true });
  });

  it('keeps range, processes and picked metric in the address', async () => {
    await page.getByRole('button', { name: '分进程' }).click();
    await expect.poll(() => chart('CPU').innerText(), SOON).toMatch(/server@.*worker@/s);
    await field('任意指标').fill('stock_analysis_metric_series');
    await page.getByRole('button', { name: '画出' }).click();
    await chart('stock_analysis_metric_series').waitFor();
    await page.getByRole('button', { name: '24 小时' }).click();
    expect(new URL(page.url()).hash).toBe(
      '#monitoring/charts?by=process&metric=stock_analysis_metric_series&range=24h',
    );
    await page.reload();
    await chart('stock_analysis_metric_series').waitFor();
    expect(await page.getByRole('button', { name: '24 小时' }).getAttribute('aria-pressed')).toBe('true');
    await field('任意指标').fill('nothing_of_this_name');
    await page.getByRole('button', { name: '画出' }).click();
    await main().getByText('没有记录这个指标').waitFor();
  });

  it('fits on a narrow page, in the dark too', async () => {
    await page.setViewportSize({ width: 360, height: 800 });
    await page.emulateMedia({ colorScheme: 'dark' });
    for (const section of [
      '健康',
      '图表',
      '告警',
      '静默',
      '规则',
      '通知',
      '错误',
      '慢操作',
      '日志级别',
      '报告',
    ]) {
      await goTo(section);
      await main().getByText('加载中…').first().waitFor({ state: 'detached' });
      expect([section, await page.evaluate<number>(RIGHTMOST)]).toEqual([section, 360]);
      await page.screenshot({ path: `${ARTEFACTS}/monitoring-narrow-${section}.png`, fullPage: true });
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('shows what took long, by kind', async () => {
    await goTo('慢操作');
    await page.getByRole('button', { name: '慢请求' }).click();
    await expect
      .poll(
        () =>
          rows('慢操作')
            .nth(1)
            .innerText()
            .catch(() => ''),
        SOON,
      )
      .toMatch(/慢请求.*GET \/.* ms/s);
    expect(new URL(page.url()).hash).toBe('#monitoring/slow?kind=route');
    await rows('慢操作').nth(1).locator('summary').click();
    expect(await rows('慢操作').nth(1).innerText()).toMatch(/process\s*server@/);
    await goTo('错误');
    await main()
      .getByText(/没有符合的错误|详情/)
      .first()
      .waitFor();
  });

  it('is in the audit log, in words', async () => {
    await page.goto(`${app.url}/#audit`);
    const records = page.getByRole('table', { name: '审计记录' });
    for (const text of [
      '写入告警规则',
      '确认告警',
      '静默告警',
      '结束静默',
      '重试已放弃的通知',
      '删除或还原告警规则',
    ])
      await expect.poll(() => records.getByText(text).count(), SOON).toBeGreaterThan(0);
  });

  it('is no burden for who only looks at bars: its code is fetched by who goes there', async () => {
    const loaded = async (): Promise<readonly (readonly [string, number])[]> =>
      page.evaluate<[string, number][]>(
        'performance.getEntriesByType("resource").filter((e) => e.name.endsWith(".js")).map((e) => [e.name, e.decodedBodySize])',
      );
    await page.goto(`${app.url}/?symbol=600000.SH`);
    await page.locator('canvas').first().waitFor();
    const before = await loaded();
    expect(before).toHaveLength(1);
    await page.goto(`${app.url}/?symbol=600000.SH#monitoring`);
    await row('组件', '数据库').waitFor();
    const more = (await loaded()).filter(([name]) => before.every(([known]) => known !== name));
    const bytes = more.reduce((sum, [, size]) => sum + size, 0);
    console.log(`bytes of code: page ${before[0]?.[1]}, monitoring ${bytes} in ${more.length} files`);
    // Over 450,000: the page for developers.
    expect(before[0]?.[1]).toBeLessThan(350_000);
    expect(more.length).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(70_000);
  });

  it('shows a viewer the state of the components, and nothing that tells hosts or figures', async () => {
    await page.locator('.account-menu > button').click();
    await page.getByRole('button', { name: '退出登录' }).click();
    await page.waitForURL((address) => address.hash === '');
    await page.goto(`${app.url}/#monitoring/alerts`);
    await signIn('viewer', VIEWER_PASSWORD);
    await row('组件', '邮件').waitFor();
    expect(await main().innerText()).not.toMatch(/mail server|@|进程|平台状态/);
    expect(await page.getByRole('navigation', { name: '监控' }).count()).toBe(0);
  });

  it('raises no console error but for the server that was away, what it does not have, and no CSP violation', () => {
    const expected =
      /ERR_INTERNET_DISCONNECTED|status of 404 .*\/monitoring\/(errors|performance|log-level|reports)|status of 401/;
    for (const complaint of browser.complaints) expect(complaint).toMatch(expected);
  });
});
