import { exRightsReference } from '../../adjustment/corporate-action.ts';
import type { Bar, MarketDataProvider, MarketSnapshot, Offer, Quote } from '../../provider.ts';
import { locateSampleData } from '../../sample/sample-files.ts';
import { SampleProvider } from '../../sample/sample-provider.ts';
import { valueOr } from '../../provider.ts';
import { SAMPLE_ACTIONS } from '../../sample/corporate-actions.ts';
import { replacing } from './runs.ts';

/** The source's name; not the sample's, whose clock stands still. */
export const LIVE = 'aktools';

const OFFERS: ReadonlySet<Offer> = new Set(['snapshot', 'corporateActions']);

export interface LiveMarket {
  readonly provider: MarketDataProvider;
  /** What was asked for, for example `daily 600000.SH`. */
  readonly asked: string[];
  /** The day at whose close the source stands. */
  day: string;
  /** Ex-dates that prices show and the list of corporate actions does not have. */
  unlisted: readonly string[];
  /** Replaces methods while the source is in trouble. */
  trouble: Partial<MarketDataProvider>;
  /** An instant after the close of the day. */
  now(): Date;
}

function quoteOf(symbol: string, bar: Bar, previousClose: number): Quote {
  const { open, high, low, close: last, volume, amount } = bar;
  const missing = { volumeRatio: undefined, turnoverRate: undefined, peDynamic: undefined, pb: undefined };
  const traded = { last, open, high, low, previousClose, volume, amount };
  return { symbol, name: symbol, ...traded, ...missing, marketCap: undefined, floatCap: undefined };
}

/** The real bars of the sample as a source that lives through them day by day, with closing quotes as terminals have them. */
export function liveMarket(symbols: readonly string[]): LiveMarket {
  const sample = new SampleProvider(locateSampleData(undefined), symbols);
  const barsUntil = async (symbol: string, day: string): Promise<Bar[]> =>
    valueOr(await sample.dailyRows(symbol, { to: day }), []).flatMap(({ bar }) => bar ?? []);
  async function snapshot(): Promise<MarketSnapshot> {
    const quotes: Quote[] = [];
    for (const symbol of symbols.filter((candidate) => !candidate.startsWith('000001.SH'))) {
      const [before, last] = (await barsUntil(symbol, live.day)).slice(-2);
      if (before === undefined || last?.date !== live.day) continue;
      const action = SAMPLE_ACTIONS.get(symbol)?.actions.find(({ exDate }) => exDate === live.day);
      const previous = action === undefined ? before.close : exRightsReference(before.close, action);
      quotes.push(quoteOf(symbol, last, previous));
    }
    return { tradeDate: live.day, final: true, quotes };
  }
  const asked: string[] = [];
  const say = (what: string): void => void asked.push(what);
  const sound: Partial<MarketDataProvider> = {
    source: LIVE,
    offers: OFFERS,
    dailyRows: (symbol, range = {}) => {
      say(`daily ${symbol}`);
      const to = range.to === undefined || range.to > live.day ? live.day : range.to;
      return sample.dailyRows(symbol, { ...range, to });
    },
    corporateActions: async (symbol) => {
      say(`actions ${symbol}`);
      const answer = await sample.corporateActions(symbol);
      if (answer.outcome === 'empty') return answer;
      const { completeFrom, actions } = answer.value;
      const known = actions.filter(({ exDate }) => exDate <= live.day && !live.unlisted.includes(exDate));
      return { ...answer, value: { completeFrom, completeUntil: live.day, actions: known } };
    },
    snapshot: async () => {
      say('snapshot');
      const value = await snapshot();
      return { origin: 'eastmoney', operation: 'spot', fetchedAt: live.now(), outcome: 'data', value };
    },
  };
  const provider = new Proxy(sample, {
    get: (_target, key) => Reflect.get(replacing(sample, { ...sound, ...live.trouble }), key),
  });
  const live: LiveMarket = {
    provider,
    asked,
    day: '2024-07-16',
    unlisted: [],
    trouble: {},
    now: () => new Date(`${live.day}T18:00:00+08:00`),
  };
  return live;
}
