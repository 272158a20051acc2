import { formatNumber } from '../../common/market/decimal.ts';
import { windowOf } from '../../common/market/series-query.ts';
import type { TradingCalendar } from '../calendar/trading-calendar.ts';
import type { KnownSymbol } from '../symbols/symbols.service.ts';
import type { AppliedAdjustment, BarColumns } from './bar-history.ts';
import type { BarItem, BarList, BarsQuery } from './bars.dto.ts';
import { partialBars } from './partial-bars.ts';
import type { ExDate, SymbolSeries } from './series-reader.ts';

interface Sources {
  readonly series: SymbolSeries;
  readonly columns: BarColumns & AppliedAdjustment;
  readonly calendar: TradingCalendar;
}

function itemsOf(sources: Sources, query: BarsQuery, start: number, end: number): BarItem[] {
  const { dates, open, high, low, close, volume, amount } = sources.columns;
  const isPartial = partialBars(sources.series, sources.calendar, query.period);
  const at = (column: Float64Array, index: number): number => column[index] ?? Number.NaN;
  return dates.slice(start, end).map((date, offset) => {
    const index = start + offset;
    return {
      date,
      open: formatNumber(at(open, index)),
      high: formatNumber(at(high, index)),
      low: formatNumber(at(low, index)),
      close: formatNumber(at(close, index)),
      volume: Math.round(at(volume, index)),
      amount: formatNumber(at(amount, index)),
      partial: isPartial(date),
    };
  });
}

const exDateItem = ({ exDate, shareRatio: _ratio, ...terms }: ExDate): BarList['exDates'][number] => ({
  date: exDate,
  ...terms,
});

/** The answer of one page: its bars, and what a reader must know of the days among them. */
export function barListOf(known: KnownSymbol, query: BarsQuery, sources: Sources): BarList {
  const { symbol, source, stale, lastBar, factorsKnownFrom } = known;
  const { dates, anchor, omittedBars } = sources.columns;
  const [start, end] = windowOf(dates, query);
  const [from, to] = [dates[start] ?? '9999', dates[end - 1] ?? ''];
  // A halt that goes on lies after the last bar, where the reader looks for the next one.
  const isLast = end === dates.length;
  return {
    symbol,
    period: query.period,
    adjust: query.adjust,
    asOf: lastBar,
    source,
    stale,
    factorsKnownFrom,
    anchor,
    omittedBars,
    items: itemsOf(sources, query, start, end),
    nextCursor: start > 0 && start < end && (dates[start - 1] ?? '') >= (query.from ?? '') ? from : null,
    halts: sources.series.halts.filter((halt) => (halt.to ?? '9999') >= from && (isLast || halt.from <= to)),
    exDates: sources.series.exDates.filter(({ exDate }) => exDate >= from && exDate <= to).map(exDateItem),
    origins: sources.series.origins.filter((run) => run.to >= from && run.from <= to),
  };
}
