import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ARTEFACTS, openBrowser } from '../browser/support/browser.ts';

const url = inject('url');

/** What the page's own style says: red and green are checked here, and the canvases against them. */
const COLOURS = `(() => {
  const style = getComputedStyle(document.documentElement);
  return ['--up', '--down'].map((name) => style.getPropertyValue(name).trim());
})()`;

/** Per pane of the chart, from the top: how many pixels have exactly the colour of up and of down, and which is the rightmost. */
const PIXELS = `(() => {
  const style = getComputedStyle(document.documentElement);
  const [up, down] = ['--up', '--down'].map((name) => {
    const hex = style.getPropertyValue(name).trim();
    return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join();
  });
  const count = (canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const counts = { up: 0, down: 0, last: undefined };
    let right = -1;
    for (let at = 0; at < data.length; at += 4) {
      const colour = data.subarray(at, at + 3).join();
      const side = colour === up ? 'up' : colour === down ? 'down' : undefined;
      if (!side) continue;
      counts[side] += 1;
      const column = (at / 4) % canvas.width;
      if (column > right) [right, counts.last] = [column, side];
    }
    return counts;
  };
  return [...document.querySelectorAll('.chart tr')]
    .map((row) => row.children[1]?.querySelector('canvas'))
    .filter((canvas) => canvas && canvas.height > 40)
    .map(count);
})()`;

interface PaneColours {
  readonly up: number;
  readonly down: number;
  readonly last?: 'up' | 'down';
}

const channels = (hex: string): readonly number[] =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

describe('the page in Chromium', () => {
  let page: Page;
  let complaints: string[];
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ page, complaints, close } = await openBrowser());
  });

  afterAll(() => close());

  const legend = (): Promise<string> => page.locator('.legend').innerText();

  it('shows the last real bar: price, change against the day before, volume and amount', async () => {
    await page.goto(`${url}/?symbol=000001.SZ`);
    await page.getByText('平安银行').first().waitFor();
    await page.locator('canvas').first().waitFor();
    await page.waitForLoadState('networkidle');
    const quote = await page.locator('.quote').innerText();
    for (const text of ['平安银行', '000001.SZ', '9.81', '+0.04 (+0.41%)', '样本数据', '2024-09-19'])
      expect(quote).toContain(text);
    for (const text of [
      '2024-09-19',
      '开 9.79',
      '高 9.84',
      '低 9.68',
      '收 9.81',
      '量 6842.93万股',
      '额 6.69亿元',
    ])
      expect(await legend()).toContain(text);
    expect(await page.locator('footer').innerText()).toContain('仅供研究，不构成投资建议');
    // docs/images/page.png is this picture.
    await page.screenshot({ path: `${ARTEFACTS}/page.png`, fullPage: true });
  });

  it('names the panes, shows their values, and changes them as asked', async () => {
    const values = (name: string): RegExp => new RegExp(String.raw`${name} -?\d+\.\d{2}`);
    for (const name of ['MA5', 'MA10', 'MA20', 'MA60', 'DIF', 'DEA', 'MACD', 'K', 'D', 'J'])
      expect(await legend()).toMatch(values(name));
    for (const title of ['MACD(12,26,9)', 'KDJ(9,3,3)']) expect(await legend()).toContain(title);
    const macd = page.locator('.legend .values', { hasText: 'MACD(12,26,9)' });
    expect(await macd.innerText()).toContain('国内软件口径');
    expect(await macd.getAttribute('title')).toContain('MACD:(DIF-DEA)*2');
    await page.getByText('指标定义').click();
    expect(await page.locator('.definitions').innerText()).toContain('DIF:EMA(CLOSE,12)-EMA(CLOSE,26)');
    await page.getByText('指标定义').click();
    const lower = page.getByRole('group', { name: '副图二' });
    await lower.getByRole('button', { name: 'RSI' }).click();
    await page.getByText('RSI(6,12,24)').waitFor();
    for (const name of ['RSI6', 'RSI12', 'RSI24']) expect(await legend()).toMatch(values(name));
    await lower.getByRole('button', { name: 'KDJ' }).click();
    await page.getByText('KDJ(9,3,3)').waitFor();
  });

  it('paints what rises red and what falls green', async () => {
    const [up = '', down = ''] = await page.evaluate<string[]>(COLOURS);
    const [upRed = 0, upGreen = 0] = channels(up);
    const [downRed = 0, downGreen = 0] = channels(down);
    expect(upRed).toBeGreaterThan(2 * upGreen);
    expect(downGreen).toBeGreaterThan(2 * downRed);
    // +0.41 % on the day: the price of the last bar is painted as risen, its low as below the day before.
    const sideOf = (text: string): Promise<string | null> =>
      page.locator('.legend b', { hasText: text }).getAttribute('class');
    expect([await sideOf('9.81'), await sideOf('9.68')]).toEqual(['up', 'down']);
    const panes = await page.evaluate<PaneColours[]>(PIXELS);
    console.log(`pixels of up and down by pane: ${JSON.stringify(panes)}`);
    expect(panes).toHaveLength(4);
    const [candles, volume, macd, kdj] = panes;
    for (const pane of [candles, volume, macd]) {
      expect(pane?.up).toBeGreaterThan(500);
      expect(pane?.down).toBeGreaterThan(500);
    }
    // The last bar closed above its open, while its MACD is below zero.
    expect([candles?.last, volume?.last, macd?.last]).toEqual(['up', 'up', 'down']);
    // Lines only: what was counted above are candles and bars.
    expect(kdj).toEqual({ up: 0, down: 0 });
  });

  it('explains the rule score: its reasons add up to it, each with the numbers it rests on', async () => {
    const panel = page.getByRole('complementary', { name: '规则分析' });
    const label = await panel.getByRole('img').getAttribute('aria-label');
    const score = Number(/^规则评分 (\d+)，满分 100$/.exec(label ?? '')?.[1]);
    const points = (await panel.locator('.reason b').allInnerTexts()).map(Number);
    expect(points.length).toBeGreaterThan(4);
    const sum = points.reduce((total, one) => total + one, 50);
    expect(score).toBe(Math.min(100, Math.max(0, sum)));
    for (const reason of await panel.locator('.reasons > li').allInnerTexts())
      expect(reason).toMatch(/^\p{Script=Han}|^[A-Z]/u);
    expect(await panel.locator('.reasons dd').count()).toBeGreaterThanOrEqual(points.length);
    expect(['买入', '增持', '持有', '减持', '卖出']).toContain(
      await panel.locator('.verdict strong').innerText(),
    );
  });

  it('searches a symbol and goes to it by keyboard', async () => {
    const search = page.getByRole('combobox');
    await search.fill('浦发');
    await page.getByRole('option').first().waitFor();
    await search.press('ArrowDown');
    await search.press('Enter');
    await page.waitForURL(/symbol=600000\.SH/);
    await page.getByText('浦发银行').first().waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('浦发银行');
  });

  it('goes to the first match at once where Enter comes before the suggestions, and knows sh600000', async () => {
    const search = page.getByRole('combobox');
    for (const [text, wanted] of [
      ['sz000001', '000001.SZ'],
      ['pf', '600000.SH'],
    ] as const) {
      await search.fill(text);
      await search.press('Enter');
      await page.waitForURL(`**/?symbol=${wanted}`);
      await page.locator('.quote small', { hasText: wanted }).waitFor();
      expect([await search.inputValue(), await page.getByRole('option').count()]).toEqual(['', 0]);
    }
  });

  it('finds a symbol by its pinyin', async () => {
    const search = page.getByRole('combobox');
    await search.fill('szzs');
    await page.getByRole('option').first().waitFor();
    expect(await page.getByRole('option').first().innerText()).toContain('上证指数');
    await search.press('Escape');
  });

  it('offers no adjusted prices of a share whose ex-dates are not known, and says why', async () => {
    await page.goto(`${url}/?symbol=000151.SZ`);
    await page.locator('canvas').first().waitFor();
    const adjust = page.getByRole('group', { name: '复权' });
    for (const name of ['前复权', '后复权']) {
      const button = adjust.getByRole('button', { name });
      expect([await button.isDisabled(), await button.getAttribute('title')]).toEqual([
        true,
        '除权除息资料未知，不能复权',
      ]);
    }
    expect(await page.getByRole('status', { name: '数据说明' }).innerText()).toContain('不是实时行情');
  });

  it('waits for a symbol that the first load has not brought yet, and shows it by itself', async () => {
    // The platform under test is loaded long since: its list of symbols is held back as it was before.
    const before = { asOf: null, source: 'sample', stale: true, total: 0, items: [] };
    let heldBack = 2;
    const refused: string[] = [];
    page.on('response', (response) => {
      if (response.status() >= 400) refused.push(response.url());
    });
    await page.route('**/api/v1/symbols?**', (route) => {
      heldBack -= 1;
      return heldBack >= 0 ? route.fulfill({ json: before }) : route.continue();
    });
    await page.goto(`${url}/?symbol=000001.SZ`);
    await page.getByText('首次载入历史行情').waitFor();
    await page.screenshot({ path: `${ARTEFACTS}/page-first-load.png` });
    await page.locator('canvas').first().waitFor();
    await page.unroute('**/api/v1/symbols?**');
    expect(await legend()).toContain('2024-09-19');
    expect(refused).toEqual([]);
  });

  it('says why the first load stands still and when it goes on', async () => {
    const resumesAt = '2026-03-05T01:30:00.000Z';
    const error = 'AKTools: its server cannot be reached';
    const run = { kind: 'history', status: 'queued', attempts: 2, rowsDone: 0, error, resumesAt };
    await page.route('**/api/v1/symbols?**', (route) =>
      route.fulfill({ json: { asOf: null, source: 'aktools', stale: true, total: 0, items: [] } }),
    );
    await page.route('**/api/v1/ingestions', (route) => route.fulfill({ json: { items: [run] } }));
    await page.goto(`${url}/?symbol=000001.SZ`);
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(/^第 2 次尝试未成功：.*its server cannot be reached/);
    const then = await page.evaluate<string>(
      `new Date('${resumesAt}').toLocaleString('zh-CN', { dateStyle: 'short', timeStyle: 'medium' })`,
    );
    expect(await page.locator('.message').innerText()).toContain(`预计 ${then} 继续`);
    await page.screenshot({ path: `${ARTEFACTS}/page-load-waits.png` });
    await page.unroute('**/api/v1/symbols?**');
    await page.unroute('**/api/v1/ingestions');
  });

  it('keeps period, adjustment and range in its address, and shows them again after a reload', async () => {
    await page.goto(`${url}/?symbol=600000.sh`);
    const chosen = (group: string): Promise<readonly string[]> =>
      page.getByRole('group', { name: group }).locator('[aria-pressed=true]').allInnerTexts();
    await page.locator('canvas').first().waitFor();
    // In lower case too it is the share that the API knows: with its name, and adjusted.
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('浦发银行 600000.SH');
    expect(await chosen('复权')).toEqual(['前复权']);
    const day = await page.locator('.quote strong + span').innerText();
    await page.getByRole('button', { name: '周线' }).click();
    await page.getByRole('button', { name: '后复权' }).click();
    await page.getByRole('button', { name: '全部', exact: true }).click();
    await page.getByText('后复权 · 截至').waitFor();
    expect(page.url()).toBe(`${url}/?symbol=600000.SH&period=weekly&adjust=hfq&range=all`);
    await page.reload();
    await page.locator('canvas').first().waitFor();
    expect([await chosen('周期'), await chosen('复权'), await chosen('区间')]).toEqual([
      ['周线'],
      ['后复权'],
      ['全部'],
    ]);
    const percent = (text: string): string => /[-+][\d.]+%/.exec(text)?.[0] ?? text;
    // The change of the day stays in the head of the page; the legend has that of the week.
    expect(percent(await page.locator('.quote strong + span').innerText())).toBe(percent(day));
    expect(percent(await legend())).not.toBe(percent(day));
    expect(await page.locator('.verdict').innerText()).toContain('按前复权日线计算，与图中口径不同');
  });

  it('never shows the same in both lower panes', async () => {
    await page.getByRole('group', { name: '副图一' }).getByRole('button', { name: 'KDJ' }).click();
    const lower = page.getByRole('group', { name: '副图二' });
    expect(await lower.locator('[aria-pressed=true]').innerText()).toBe('MACD');
  });

  it('adjusts no index', async () => {
    await page.goto(`${url}/?symbol=000001.SH&adjust=hfq`);
    await page.locator('canvas').first().waitFor();
    const adjust = page.getByRole('group', { name: '复权' });
    expect(await adjust.locator('button:disabled[title="指数没有复权"][aria-pressed=false]').count()).toBe(3);
    expect(await page.locator('.quote').innerText()).not.toContain('复权');
    expect(await page.getByRole('status', { name: '数据说明' }).innerText()).not.toContain('除权除息');
  });

  it('keeps the overview beside a share without history, all of its rows, and a way on', async () => {
    await page.goto(`${url}/?symbol=000001.SZ`);
    const limitUp = page.locator('.movers', { hasText: '涨停' });
    await limitUp.getByRole('button', { name: /^全部 \d+ 只$/ }).click();
    const count = Number(await limitUp.locator('h3 small').innerText());
    expect(count).toBeGreaterThan(10);
    expect(await limitUp.locator('li').count()).toBe(count);
    await limitUp.getByRole('button', { name: '赢合科技' }).click();
    await page.getByRole('heading', { name: '赢合科技 300457.SZ 没有历史行情' }).waitFor();
    // The reader is still where they were: the list is as long as they made it.
    expect(await limitUp.locator('li').count()).toBe(count);
    await page.screenshot({ path: `${ARTEFACTS}/page-no-history.png`, fullPage: true });
    await page.getByRole('link', { name: '看 000001.SZ' }).click();
    await page.locator('canvas').first().waitFor();
  });

  it('keeps what it shows when a request fails, says so, and tries again when asked', async () => {
    const before = complaints.length;
    await page.goto(`${url}/?symbol=600000.SH`);
    await page.locator('.market .indices').waitFor();
    await page.locator('.verdict').waitFor();
    const busy = { status: 503, json: { type: 'about:blank/unavailable', detail: 'busy', requestId: 'r-1' } };
    await page.route(/\/api\/v1\/(bars|market)\//, (route) => route.fulfill(busy));
    await page.getByRole('button', { name: '后复权' }).click();
    const failure = page.getByRole('alert').filter({ hasText: '仍显示先前的内容' });
    await failure.waitFor();
    expect(await failure.innerText()).toContain('请求编号 r-1');
    expect(await page.locator('.quote .badge').innerText()).toContain('前复权');
    await page.screenshot({ path: `${ARTEFACTS}/page-failed-request.png` });
    await failure.getByRole('button', { name: '重试' }).click();
    await page.getByText('市场概览没有取到').waitFor();
    await page.locator('main[aria-busy=false]').waitFor();
    await failure.waitFor();
    expect(await page.locator('.market .indices').isVisible()).toBe(true);
    await page.unroute(/\/api\/v1\/(bars|market)\//);
    await failure.getByRole('button', { name: '重试' }).click();
    await page.getByText('后复权 · 截至').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.waitForLoadState('networkidle');
    for (const text of complaints.splice(before)) expect(text).toMatch(/status of 503/);
  });

  it('says what to do about a symbol that does not exist', async () => {
    const before = complaints.length;
    await page.goto(`${url}/?symbol=999999.SZ`);
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('没有找到 999999.SZ');
    await page.screenshot({ path: `${ARTEFACTS}/page-unknown-symbol.png` });
    // The browser itself reports the refused request on the console: this one line of this one request, no other.
    await page.waitForLoadState('networkidle');
    expect(complaints.splice(before)).toEqual([
      expect.stringMatching(/^Failed to load resource: .*404 .*\/api\/v1\/bars\/999999\.SZ$/),
    ]);
  });

  it('raises no console error, no warning and no CSP violation', () => {
    expect(complaints).toEqual([]);
  });
});
