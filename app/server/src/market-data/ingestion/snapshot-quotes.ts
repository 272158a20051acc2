import { type QuoteContext, judgeQuote } from '../checks/quotes.ts';
import type { Bar, MarketSnapshot, Origin, Quote } from '../provider.ts';
import { SourceError } from '../source-error.ts';
import type { Found } from '../store/findings.ts';
import { type ListedShares, listedShares } from '../store/snapshots.ts';
import { withOccurrences } from './judge.ts';
import { namesOf } from './listings.ts';
import type { Run } from './run.ts';

export interface JudgedMarket {
  /** The quotes that may be shown. */
  readonly quotes: readonly Quote[];
  readonly findings: readonly Found[];
}

/** Shares of an exchange that may lack a quote: delistings of the last days, refused quotes, pages that shifted. */
const MAY_LACK = { shares: 20, part: 0.02 };

function contextOf(run: Run, date: string, symbol: string, listed: ListedShares): QuoteContext {
  return { date, calendar: run.calendars.of(symbol), since: listed.get(symbol) ?? undefined };
}

/**
 * Judges a snapshot quote by quote; the refused ones are left out.
 * @throws SourceError `too_few_rows` when an exchange lacks so many of its shares that its numbers would be wrong
 */
export async function judgeMarket(run: Run, origin: Origin, snapshot: MarketSnapshot): Promise<JudgedMarket> {
  const listed = await listedShares(run.database, run.provider.source);
  const quotes: Quote[] = [];
  const refused: string[] = [];
  const findings = snapshot.quotes.flatMap((quote, index) => {
    const { symbol } = quote;
    const date = snapshot.tradeDate;
    const judged = judgeQuote(quote, contextOf(run, date, symbol, listed));
    if (judged?.disposition === 'rejected') refused.push(symbol);
    else quotes.push(quote);
    if (judged === undefined) return [];
    const { disposition, verdict } = judged;
    const found = { rowNumber: index + 1, date, raw: quote, disposition, ...verdict };
    const rows = withOccurrences<Bar>({ symbol, origin }, [
      { bar: undefined, held: undefined, findings: [found] },
    ]);
    return rows.flatMap((row) => row.findings);
  });
  if (refused.length > 0)
    run.warn(`the market snapshot: quotes that cannot be true are left out: ${namesOf(refused)}`);
  refuseHalfAMarket(quotes, listed);
  return { quotes, findings };
}

/** Breadth and turnover are sums over the market: without a part of it they are not roughly right, they are wrong. */
function refuseHalfAMarket(quotes: readonly Quote[], listed: ListedShares): void {
  const quoted = new Set(quotes.map(({ symbol }) => symbol));
  const byExchange = Map.groupBy(listed.keys(), (symbol) => symbol.slice(-2));
  for (const [exchange, symbols] of byExchange) {
    const lacking = symbols.filter((symbol) => !quoted.has(symbol)).length;
    if (lacking <= Math.max(MAY_LACK.shares, symbols.length * MAY_LACK.part)) continue;
    throw new SourceError('the market snapshot', {
      failure: 'contract',
      violation: 'too_few_rows',
      cause: `${lacking} of ${symbols.length} listed shares of ${exchange} have no quote`,
    });
  }
}
