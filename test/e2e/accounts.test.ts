import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { STEP_MS, totpCode } from '../../app/server/src/testing/totp-code.ts';
import { ARTEFACTS, openBrowser, type Browser } from '../browser/support/browser.ts';
import { kubectl, sleep } from './support/world.ts';

const url = inject('url');

// Made of words of no list; the second is for after it was changed. No other platform than the one under test has them.
const PASSWORD = 'lantern quorum basalt 41';
const OTHER_PASSWORD = 'sorrel gantry umbra 73';
const ADMIN = `admin-${Date.now().toString(36)}`;
const USER = `li.wei-${Date.now().toString(36)}`;

const STEP_UP_REQUIRED = {
  ...{ type: 'https://stockanalysis.dev/problems/step-up-required', title: '', status: 403, detail: '' },
  requestId: 'r-1',
};

async function bootstrapToken(): Promise<string> {
  const secret = await kubectl().get<{ data: { token: string } }>([
    ...['secret', `${inject('sampleName')}-bootstrap`],
    ...['-n', inject('namespace')],
  ]);
  return Buffer.from(secret.data.token, 'base64').toString();
}

/** The file that pressing the button brings, as text. */
async function download(
  page: Page,
  button: Locator,
): Promise<{ readonly name: string; readonly text: string }> {
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
}

describe('accounts in Chromium', () => {
  let browser: Browser;
  let page: Page;
  let recoveryCodes: readonly string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    ({ page } = browser);
    page.setDefaultTimeout(15_000);
  });

  afterAll(() => browser.close());

  const dialog = (): Locator => page.getByRole('dialog');
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
  const head = (): Locator => page.locator('.account-menu > button');
  const field = (label: string): Locator => page.getByLabel(label, { exact: true });
  const problems = (): Promise<readonly string[]> => dialog().locator('.problem').allInnerTexts();

  /** Where the keyboard is: the name of a field, the text of anything else. */
  const focused = (): Promise<string> =>
    page.evaluate<string>('document.activeElement.name || document.activeElement.textContent');

  async function go(name: string): Promise<void> {
    await head().click();
    await page.locator('#account-menu').getByText(name, { exact: true }).click();
  }

  /** A button of the dialog, or of another place; where there were too many attempts in the last minute, again when the page says. */
  async function press(name: string, within = dialog()): Promise<void> {
    for (;;) {
      await within.getByRole('button', { name, exact: true }).click();
      await within.locator('form[aria-busy=true]').waitFor({ state: 'detached' });
      const texts = await within.locator('.problem').allInnerTexts();
      const [, seconds] = /请在 (\d+) 秒后再试/.exec(texts.join('')) ?? [];
      if (seconds === undefined) return;
      await sleep((Number(seconds) + 1) * 1000);
    }
  }

  async function signIn(username: string, password: string): Promise<void> {
    await head().click();
    await field('用户名').fill(username);
    await field('密码').fill(password);
    await press('登录');
  }

  async function signOut(): Promise<void> {
    await go('退出登录');
    await page.waitForURL((address) => address.hash === '' && address.search === '');
    await page.locator('canvas').first().waitFor();
  }

  it('offers readers to make the first administrator, and is still a page to read', async () => {
    await page.goto(url);
    await page.locator('canvas').first().waitFor();
    await page.getByText('这个平台还没有管理员').waitFor();
    expect(await head().innerText()).toBe('登录');
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('masks a password, shows it when asked to, and takes it from the clipboard', async () => {
    await button('建立管理员').click();
    await expect.poll(focused).toBe('token');
    const password = field('密码');
    const seen = async (): Promise<unknown> => [
      await password.getAttribute('type'),
      await password.getAttribute('autocomplete'),
      await field('用户名').getAttribute('autocomplete'),
    ];
    expect(await seen()).toEqual(['password', 'new-password', 'username']);
    await field('用户名').fill(PASSWORD);
    await field('用户名').press('Control+a');
    await field('用户名').press('Control+x');
    await password.press('Control+v');
    expect(await password.inputValue()).toBe(PASSWORD);
    const show = button('显示密码');
    await show.click();
    expect([await password.getAttribute('type'), await show.getAttribute('aria-pressed')]).toEqual([
      'text',
      'true',
    ]);
    await show.click();
    expect(await password.getAttribute('type')).toBe('password');
  });

  it('says next to the field why a password is refused, and makes the administrator with the token', async () => {
    await field('引导令牌').fill(await bootstrapToken());
    await field('用户名').fill(ADMIN);
    await field('密码').fill('password1234');
    await field('再次输入密码').fill('password12345');
    await press('建立管理员并登录');
    expect(await problems()).toEqual(['两次输入的密码不同']);
    await field('再次输入密码').fill('password1234');
    await press('建立管理员并登录');
    await dialog().getByText('已泄露的密码').waitFor();
    await expect.poll(focused).toBe('password');
    await page.screenshot({ path: `${ARTEFACTS}/page-setup.png` });
    for (const label of ['密码', '再次输入密码']) await field(label).fill(PASSWORD);
    await press('建立管理员并登录');
    await head().getByText(ADMIN).waitFor();
    expect(await page.getByText('这个平台还没有管理员').count()).toBe(0);
  });

  it('leads an administrator to the second factor that is asked of them, and to nothing else before', async () => {
    const heading = page.getByRole('heading', { name: '请先启用第二因素', exact: true });
    await heading.waitFor();
    await expect.poll(focused).toBe('请先启用第二因素');
    expect(await page.getByRole('main').innerText()).toContain('API 密钥也暂时无效');
    await page.screenshot({ path: `${ARTEFACTS}/page-required-factor.png` });
    for (const name of ['用户', '审计日志', '账户']) {
      await go(name);
      await heading.waitFor();
      expect(await page.locator('.panel h3').allInnerTexts()).toEqual(['第二因素']);
    }
    await button('返回行情').click();
    await page.locator('canvas').first().waitFor();
    await page.getByRole('link', { name: '启用第二因素' }).click();
    await heading.waitFor();
  });

  it('enrols a second factor, refuses another code, and signs in with the right one', async () => {
    await button('启用第二因素').click();
    await page.locator('.qr').waitFor();
    const secret = (await page.locator('.totp-secret').innerText()).replaceAll(' ', '');
    expect(await page.getByRole('link', { name: '在验证器应用中打开' }).getAttribute('href')).toContain(
      secret,
    );
    const now = Date.now();
    const right = totpCode(secret, now);
    await field('验证码').fill(right === '000000' ? '000001' : '000000');
    await button('启用').click();
    await dialog().getByText('与验证器现在显示的不符').waitFor();
    await field('验证码').fill(right);
    await button('启用').click();
    const codes = page.locator('.secret code');
    await codes.first().waitFor();
    expect(await codes.count()).toBe(10);
    recoveryCodes = await codes.allInnerTexts();
    // Browsers let a page prevent the first Escape at most.
    for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press('Escape');
    await dialog().getByText('请按“我已保存”').waitFor();
    expect(await codes.allInnerTexts()).toEqual(recoveryCodes);
    await button('我已保存').click();
    // What had to wait is there, with no step in between.
    await page.getByText('已启用：').waitFor();
    await page.getByRole('heading', { name: 'API 密钥', exact: true }).waitFor();
    await signOut();
    await signIn(ADMIN, PASSWORD);
    const code = field('验证码或恢复码');
    await code.waitFor();
    await expect.poll(focused).toBe('code');
    expect([await code.getAttribute('autocomplete'), await problems()]).toEqual([
      'one-time-code',
      ['密码正确，请再输入验证码。'],
    ]);
    // Each code counts once: the one of the next step is good already, for the clocks of phones.
    await code.fill(totpCode(secret, now + STEP_MS));
    await press('登录');
    await head().getByText(ADMIN).waitFor();
    await expect.poll(focused).toContain(ADMIN);
  });

  it('shows who is signed in and the way out in the head of each page', async () => {
    for (const [name, hash] of [
      ['账户', '#account'],
      ['用户', '#users'],
      ['审计日志', '#audit'],
    ] as const) {
      await go(name);
      const heading = page.getByRole('heading', { name, exact: true });
      await heading.waitFor();
      expect(new URL(page.url()).hash).toBe(hash);
      await expect.poll(focused).toBe(name);
      await head().click();
      expect(await button('退出登录').isVisible()).toBe(true);
      await page.keyboard.press('Escape');
      expect(await button('退出登录').count()).toBe(0);
    }
    await button('返回行情').click();
    await page.locator('canvas').first().waitFor();
  });

  it('asks for the password again where the server wants it, and goes on with what was asked for', async () => {
    await go('账户');
    // The session is younger than ten minutes; the server's own refusal of an older one comes once, from here.
    let refusals = 1;
    await page.route('**/api/v1/api-keys', (route) => {
      if (route.request().method() !== 'POST' || refusals === 0) return route.continue();
      refusals -= 1;
      return route.fulfill({ status: 403, json: STEP_UP_REQUIRED });
    });
    await button('新建 API 密钥').click();
    await field('名称').fill('notebook');
    await dialog().getByRole('button', { name: '建立' }).click();
    await page.getByRole('dialog', { name: '请重新输入密码' }).waitFor();
    await field('密码').fill(PASSWORD);
    await field('验证码或恢复码').fill(recoveryCodes[0] ?? '');
    await page.getByRole('dialog', { name: '请重新输入密码' }).getByRole('button', { name: '确认' }).click();
    const key = page.locator('.secret code');
    await key.waitFor();
    await page.unroute('**/api/v1/api-keys');
    const text = await key.innerText();
    expect(text).toMatch(/^stk_[a-z0-9]+_[\w-]+$/);
    await button('我已保存').click();
    await expect.poll(focused).toBe('新建 API 密钥');
    const answers = [`Bearer ${text}`, `Bearer ${text}x`].map((authorization) =>
      fetch(`${url}/api/v1/bars/000001.SZ?limit=1`, { headers: { authorization } }),
    );
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 401]);
    await page.getByRole('table', { name: 'API 密钥' }).getByRole('button', { name: '撤销' }).click();
    await dialog().getByRole('button', { name: '撤销' }).click();
    await page.getByText('没有 API 密钥').waitFor();
  });

  it('keeps a secret for later use and never shows it again', async () => {
    await button('保存密钥').click();
    await field('密钥内容').fill('sk-canary-of-the-page');
    await dialog().getByRole('button', { name: '保存' }).click();
    const row = page.getByRole('table', { name: '保存的密钥' }).getByRole('row').last();
    expect(await row.innerText()).toContain('AI 服务密钥');
    await row.getByRole('button', { name: '删除' }).click();
    await dialog().getByRole('button', { name: '删除' }).click();
    await page.getByText('没有保存的密钥').waitFor();
    expect(await page.content()).not.toContain('sk-canary-of-the-page');
  });

  it('has a user choose a password of their own, and shows them nothing of administrators', async () => {
    await go('用户');
    await button('新建用户').click();
    await field('用户名').fill(USER);
    // What is too long is refused and not cut; without blanks it must not push anything out of sight, see below.
    await field('显示名').fill('x'.repeat(101));
    await dialog().getByRole('button', { name: '建立' }).click();
    await dialog().getByText('最多 100 个字符').waitFor();
    await field('显示名').fill('x'.repeat(100));
    await dialog().getByRole('button', { name: '建立' }).click();
    const oneTime = await page.locator('.secret code').innerText();
    await button('我已转交').click();
    await button(`管理 ${USER}`).waitFor();
    await signOut();
    await signIn(USER, oneTime);
    const heading = page.getByRole('heading', { name: '请更换密码' });
    await heading.waitFor();
    // No key leaves it, and beside the chart, which everybody may read, a line leads back.
    await page.keyboard.press('Escape');
    await button('返回行情').click();
    await page.getByRole('link', { name: '更换密码' }).click();
    await heading.waitFor();
    await field('一次性密码').fill(oneTime);
    for (const label of ['新密码', '再次输入新密码']) await field(label).fill(OTHER_PASSWORD);
    // The server's refusal of a session in which the password was given too long ago comes once, from here.
    await page.route(
      '**/api/v1/auth/password',
      (route) => route.fulfill({ status: 403, json: STEP_UP_REQUIRED }),
      { times: 1 },
    );
    await button('更换密码').click();
    await dialog().getByLabel('密码', { exact: true }).fill(oneTime);
    await press('确认');
    await page.getByRole('heading', { name: '账户', exact: true }).waitFor();
    await head().click();
    expect(await page.locator('#account-menu li').allInnerTexts()).toEqual(['账户', '监控', '退出登录']);
    await page.goto(`${url}/#audit`);
    await page.getByRole('heading', { name: '只有管理员能看这一页' }).waitFor();
    await signOut();
  });

  it('refuses a wrong password and a used code in the same words, and lets in by a recovery code', async () => {
    await signIn(ADMIN, OTHER_PASSWORD);
    await dialog().locator('.problem').waitFor();
    expect(await problems()).toEqual(['用户名、密码或验证码不正确。']);
    await field('密码').fill(PASSWORD);
    await press('登录');
    await field('验证码或恢复码').fill(recoveryCodes[1] ?? '');
    await press('登录');
    await head().getByText(ADMIN).waitFor();
  });

  it('shows the audit log, narrows it down and exports it', async () => {
    await go('审计日志');
    const records = page.getByRole('table', { name: '审计记录' });
    await records.waitFor();
    const actions = (): Promise<readonly string[]> =>
      records.locator('tbody td:nth-child(3) code').allInnerTexts();
    for (const action of ['session.login', 'session.login-refused', 'password.change'])
      expect(await actions()).toContain(action);
    await page.screenshot({ path: `${ARTEFACTS}/page-audit.png`, fullPage: true });
    await field('操作').fill('user.');
    await button('筛选').click();
    await records.getByText('session.login', { exact: true }).first().waitFor({ state: 'detached' });
    await records.waitFor();
    const found = await actions();
    expect(found).toEqual(expect.arrayContaining(['user.set-up', 'user.create']));
    for (const action of found) expect(action).toMatch(/^user\./);
    const csv = await download(page, button('导出 CSV'));
    expect([csv.name.endsWith('.csv'), csv.text.includes('session.login')]).toEqual([true, true]);
    const ndjson = await download(page, button('导出 NDJSON'));
    const lines = ndjson.text.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('shows every column of its tables on a narrow page, whatever names are like', async () => {
    await page.setViewportSize({ width: 400, height: 900 });
    for (const [name, table] of [
      ['账户', '登录的设备'],
      ['用户', '用户'],
      ['审计日志', '审计记录'],
    ] as const) {
      await go(name);
      const rows = page.getByRole('table', { name: table, exact: true }).getByRole('row');
      await rows.nth(1).waitFor();
      const beyond =
        'Math.max(...[...document.querySelectorAll("main *")].map((e) => e.getBoundingClientRect().right))';
      expect(await page.evaluate<number>(beyond)).toBeLessThanOrEqual(400);
      await page.screenshot({ path: `${ARTEFACTS}/page-narrow-${table}.png`, fullPage: true });
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('exports what is stored of oneself, and removes an account that was typed out', async () => {
    await go('账户');
    const { text } = await download(page, button('导出（JSON）'));
    const { user, secrets } = JSON.parse(text) as { user: object; secrets: object[] };
    expect(user).toMatchObject({ username: ADMIN, role: 'admin' });
    // What there is of a stored secret, and neither the value nor what is made of one.
    for (const secret of secrets)
      expect(Object.keys(secret).toSorted()).toEqual(['createdAt', 'kind', 'lastUsedAt', 'name']);
    expect(text).not.toMatch(/stk_|pbkdf2|hmac|sealed/i);
    await button('删除账户').click();
    await field(`请输入用户名 ${ADMIN} 以确认`).fill('another');
    await dialog().getByRole('button', { name: '删除账户' }).click();
    expect(await problems()).toEqual([`请输入 ${ADMIN}`]);
    await field(`请输入用户名 ${ADMIN} 以确认`).fill(ADMIN);
    await dialog().getByRole('button', { name: '删除账户' }).click();
    // Nobody could manage users any more.
    await dialog().getByText('您是唯一的管理员').waitFor();
    await button('取消').click();
  });

  it('keeps nothing of an account in the browser, and has forgotten it after signing out', async () => {
    const stored =
      'JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])';
    expect(await page.evaluate(stored)).toBe('[[],[],""]');
    expect((await browser.context.cookies()).map(({ name, httpOnly }) => [name, httpOnly])).toEqual([
      ['stock-analysis', true],
    ]);
    await signOut();
    expect([await head().innerText(), await browser.context.cookies()]).toEqual(['登录', []]);
    await page.goBack();
    await head().getByText('登录').waitFor();
    expect(await page.content()).not.toContain(ADMIN);
    expect(await page.evaluate(stored)).toBe('[[],[],""]');
  });

  it('where reading is closed asks to sign in first, and asks the server for nothing that it would refuse', async () => {
    // The platform under test is open to read: what it says of itself is changed on the way.
    await page.route('**/api/v1/auth/session', async (route) => {
      const response = await route.fetch();
      const state = (await response.json()) as object;
      await route.fulfill({ response, json: { ...state, anonymousReading: false } });
    });
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith('/api/')) asked.push(pathname);
    });
    await page.goto(`${url}/?symbol=600000.SH`);
    await page.getByRole('heading', { name: '登录' }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(asked).toEqual(['/api/v1/auth/session']);
    expect([await page.getByRole('combobox').count(), await page.locator('canvas').count()]).toEqual([0, 0]);
    await field('用户名').fill(USER);
    await field('密码').fill(OTHER_PASSWORD);
    await press('登录', page.getByRole('main'));
    await page.getByRole('heading', { level: 1 }).getByText('600000.SH').waitFor();
    await page.locator('canvas').first().waitFor();
    await page.unroute('**/api/v1/auth/session');
    await signOut();
  });

  it('raises no console error but for what was refused on purpose, and no CSP violation', () => {
    // Passwords, codes, and the removal of the last administrator: the browser reports each refused request itself.
    const refused =
      /^Failed to load resource: .*status of (400|401|403|409|429) .*\/api\/v1\/(auth\/|api-keys|account|users)/;
    for (const complaint of browser.complaints) expect(complaint).toMatch(refused);
  });
});
