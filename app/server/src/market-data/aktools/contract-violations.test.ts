import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../common/clock.ts';
import { Metrics } from '../../monitoring/metrics/metrics.ts';
import { observeWith } from '../gateway/observer.ts';
import type { MarketDataProvider } from '../provider.ts';
import { FakeAKTools, json } from './testing/fake-aktools.ts';
import { fakeFunctions } from './testing/fake-functions.ts';
import { openProvider } from './testing/open-provider.ts';

type Asking = (provider: MarketDataProvider) => Promise<unknown>;
const SYMBOL = '000001.SZ';

/** Each question that is not about daily bars, the function behind it, and the columns that it needs. */
const QUESTIONS: readonly (readonly [string, readonly string[], Asking])[] = [
  ['stock_info_a_code_name', ['code', 'name'], (provider) => provider.listSymbols()],
  ['tool_trade_date_hist_sina', ['trade_date'], (provider) => provider.tradingDays()],
  ['stock_zh_a_spot_em', ['代码', '名称', '最新价', '成交量', '总市值'], (provider) => provider.snapshot()],
  ['stock_zh_a_hist_min_em', ['时间', '开盘', '成交量'], (provider) => provider.minuteRows(SYMBOL)],
  ['stock_individual_info_em', ['item', 'value'], (provider) => provider.profile(SYMBOL)],
  [
    'stock_history_dividend_detail',
    ['送股', '派息', '除权除息日'],
    (provider) => provider.corporateActions(SYMBOL),
  ],
  ['stock_value_em', ['数据日期', 'PE(TTM)', '流通股本'], (provider) => provider.valuations(SYMBOL)],
  ['stock_financial_abstract', ['选项', '指标'], (provider) => provider.fundamentals(SYMBOL)],
  ['stock_news_em', ['发布时间', '新闻标题', '新闻链接'], (provider) => provider.news(SYMBOL)],
  ['stock_tfp_em', ['代码', '停牌时间'], (provider) => provider.halts('2024-09-19')],
];

describe('an answer that breaks the contract', () => {
  let fake: FakeAKTools;
  beforeAll(async () => {
    fake = await FakeAKTools.start();
  });
  beforeEach(() => fake.overrides.clear());
  afterAll(() => fake.close());

  const goodOf = (name: string) =>
    fakeFunctions[name]?.answer({ symbol: '000001', indicator: '分红', start_date: '2024-09-18 09:00:00' }) ??
    [];

  async function violationOf(asking: Asking): Promise<unknown> {
    const { provider } = openProvider(fake.url, systemClock);
    return asking(provider).then(
      () => 'answered',
      (error: { failure?: string; violation?: string }) => `${error.failure}:${error.violation}`,
    );
  }

  describe.each(QUESTIONS)('of %s', (name, columns, asking) => {
    it('is none when all is well', async () => {
      expect(await violationOf(asking)).toBe('answered');
    });

    it.each(columns)('by the lack of %s, or by its type', async (column) => {
      const good = goodOf(name);
      const last = good.length - 1;
      const answerWith = (change: (row: Record<string, unknown>) => unknown) =>
        fake.overrides.set(name, (response) =>
          json(
            response,
            200,
            good.map((row, index) => (index === last ? change({ ...row }) : row)),
          ),
        );
      answerWith((row) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== column)));
      expect(await violationOf(asking)).toBe('contract:missing_column');
      answerWith((row) => ({ ...row, [column]: { nested: true } }));
      expect(await violationOf(asking)).toBe('contract:wrong_type');
      answerWith(() => null);
      expect(await violationOf(asking)).toBe('contract:wrong_type');
    });

    it('by being no list', async () => {
      fake.overrides.set(name, (response) => json(response, 200, { error: 'banned' }));
      expect(await violationOf(asking)).toBe('contract:not_an_array');
      fake.overrides.set(name, (response) => void response.end('<html>banned</html>'));
      expect(await violationOf(asking)).toBe('contract:html');
    });
  });

  it.each(QUESTIONS.slice(0, 3))('of half a market is refused: %s', async (name, _columns, asking) => {
    const half = goodOf(name).slice(0, 2_500);
    fake.overrides.set(name, (response) => json(response, 200, half));
    expect(await violationOf(asking)).toBe('contract:too_few_rows');
  });

  it.each([
    ['stock_zh_a_spot_em', '成交量', 100, QUESTIONS[2]?.[2]],
    ['stock_zh_a_hist_min_em', '成交额', 0.01, QUESTIONS[3]?.[2]],
  ])('of %s in other units is refused', async (name, column, factor, asking) => {
    const other = goodOf(name).map((row) =>
      Object.assign({}, row, { [column]: row[column] === null ? null : Number(row[column]) * factor }),
    );
    fake.overrides.set(name, (response) => json(response, 200, other));
    expect(await violationOf(asking ?? (() => Promise.resolve()))).toBe('contract:swapped_units');
  });

  it.each([
    ['stock_individual_info_em', [{ item: '股票代码', value: '600000' }], 'wrong_symbol', QUESTIONS[4]?.[2]],
    [
      'stock_news_em',
      [{ ...goodOf('stock_news_em')[0], 新闻链接: 'javascript:alert(1)' }],
      'wrong_type',
      QUESTIONS[8]?.[2],
    ],
    [
      'stock_value_em',
      [{ ...goodOf('stock_value_em')[0], 数据日期: '2024-02-30' }],
      'bad_date',
      QUESTIONS[6]?.[2],
    ],
    ['stock_financial_abstract', [{ 选项: 'a', 指标: 'b', '20240631': 1 }], 'bad_date', QUESTIONS[7]?.[2]],
    [
      'stock_financial_abstract',
      [{ 选项: 'a', 指标: 'b', '20240630': '1' }],
      'wrong_type',
      QUESTIONS[7]?.[2],
    ],
    ['stock_info_a_code_name', [{ code: '000001', name: 'a\0b' }], 'wrong_type', QUESTIONS[0]?.[2]],
  ])('of %s is refused for what it says', async (name, table, violation, asking) => {
    fake.overrides.set(name, (response) => json(response, 200, table));
    expect(await violationOf(asking ?? (() => Promise.resolve()))).toBe(`contract:${violation}`);
  });

  it('is counted by function and kind in the metrics of the process', async () => {
    const metrics = new Metrics();
    const told: object[] = [];
    const observer = observeWith(metrics, (fields) => told.push(fields));
    const { provider } = openProvider(fake.url, systemClock, { observer });
    await provider.tradingDays();
    fake.overrides.set('stock_value_em', (response) => void response.end('<html>'));
    await provider.valuations(SYMBOL).catch(() => undefined);
    await provider.valuations(SYMBOL).catch(() => undefined);
    const exposed = await metrics.exposition();
    for (const line of [
      'stock_analysis_contract_violations_total{operation="stock_value_em",kind="html"} 2',
      'stock_analysis_upstream_call_duration_seconds_count{operation="stock_value_em",outcome="contract"} 2',
      'stock_analysis_upstream_call_duration_seconds_count{operation="tool_trade_date_hist_sina",outcome="ok"} 1',
      'stock_analysis_upstream_last_good_age_seconds{operation="tool_trade_date_hist_sina"} 0',
      'stock_analysis_upstream_tokens{host="sina"} 999',
    ])
      expect(exposed).toContain(line);
    // The log has what it was asked for, too.
    expect(told).toMatchObject([
      { operation: 'tool_trade_date_hist_sina', outcome: 'ok' },
      { operation: 'stock_value_em', path: expect.stringContaining(`symbol=${SYMBOL.slice(0, 6)}`) },
      { operation: 'stock_value_em', outcome: 'contract', cause: 'html' },
    ]);
  });
});
