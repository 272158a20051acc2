import { codeOf, kindOf } from '../../common/market/symbol.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Fetched, SourceRow } from '../provider.ts';
import { SourceError } from '../source-error.ts';
import { ask, fetched } from './asking.ts';
import {
  type AskedBars,
  type AskedRange,
  readIndexHistory,
  readSinaHistory,
  readStockHistory,
  readTencentHistory,
} from './bars.ts';
import { compactDate } from './cells.ts';
import { prefixedCode } from './codes.ts';
import {
  indexHistory,
  stockHistory,
  stockHistorySina,
  stockHistoryTencent,
  type UpstreamFunction,
} from './functions.ts';
import { type MarketFacts, reasonOf } from './market-facts.ts';

interface Upstream {
  readonly of: UpstreamFunction;
  readonly symbolAs: (symbol: string) => string;
  readonly period?: string;
  readonly read: (body: string, asked: AskedBars) => readonly SourceRow[];
}

const DAILY = 'daily';

/** In the order in which they are asked; all are live, for old data must not pass for today's. */
const STOCK_UPSTREAMS: readonly Upstream[] = [
  { of: stockHistory, symbolAs: codeOf, period: DAILY, read: readStockHistory },
  { of: stockHistorySina, symbolAs: prefixedCode, read: readSinaHistory },
  { of: stockHistoryTencent, symbolAs: prefixedCode, read: readTencentHistory },
];
const INDEX_UPSTREAMS: readonly Upstream[] = [
  { of: indexHistory, symbolAs: codeOf, period: DAILY, read: readIndexHistory },
];

/**
 * Our own budget is no fault of the upstream: turning to the next one would only wear out that too. What must not be
 * sent is not sent to anybody.
 */
const NOT_FOR_THE_NEXT: ReadonlySet<string> = new Set(['over_budget', 'refused']);

async function askOne(
  gateway: Gateway,
  upstream: Upstream,
  asked: AskedBars,
  signal: AbortSignal | undefined,
): Promise<Fetched<readonly SourceRow[]>> {
  const { of, symbolAs, period, read } = upstream;
  const parameters = {
    symbol: symbolAs(asked.symbol),
    ...(period === undefined ? {} : { period }),
    start_date: compactDate(asked.from),
    end_date: compactDate(asked.to),
  };
  return fetched(of, await ask(gateway, { of, parameters, read: (body) => read(body, asked) }, signal));
}

/** Whether a share traded on days that the answer lacks. */
async function hasGap(facts: MarketFacts, symbol: string, rows: readonly SourceRow[]): Promise<boolean> {
  if (kindOf(symbol) === 'index') return false;
  const days = rows.flatMap(({ bar }) => bar?.date ?? []).toSorted();
  return (await facts.gaps(symbol, days)).length > 0;
}

/**
 * Daily rows of the first upstream that has all of them. One that answers with nothing while the market was open and the
 * symbol not halted is passed over like one that fails; one that lacks days counts where no other is whole.
 * @throws SourceError of the first upstream when none answered
 */
export async function fetchDailyRows(
  { gateway, facts }: { readonly gateway: Gateway; readonly facts: MarketFacts },
  symbol: string,
  range: AskedRange,
  signal: AbortSignal | undefined,
): Promise<Fetched<readonly SourceRow[]>> {
  const asked = { ...range, symbol, code: codeOf(symbol) };
  let holed: Fetched<readonly SourceRow[]> | undefined;
  let empty: Fetched<readonly SourceRow[]> | undefined;
  let failure: SourceError | undefined;
  for (const upstream of kindOf(symbol) === 'index' ? INDEX_UPSTREAMS : STOCK_UPSTREAMS) {
    try {
      const answer = await askOne(gateway, upstream, asked, signal);
      if (answer.outcome !== 'data') return answer;
      if (answer.value.length > 0) {
        if (!(await hasGap(facts, symbol, answer.value))) return answer;
        holed ??= answer;
        continue;
      }
      const { origin, operation, fetchedAt } = answer;
      const reason = await reasonOf(facts, symbol, range);
      empty ??= { origin, operation, fetchedAt, outcome: 'empty', reason };
      if (reason !== 'upstream_empty') break;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      if (NOT_FOR_THE_NEXT.has(error.failure)) {
        if (holed === undefined) throw error;
        break;
      }
      failure ??= error;
    }
  }
  const best = holed ?? empty;
  if (best !== undefined) return best;
  throw failure ?? new Error(`no upstream has daily rows of ${symbol}`);
}
