import { type Board, boardOf, kindOf, type SymbolKind } from '../../common/market/symbol.ts';
import type { ActionHistory } from '../adjustment/factors.ts';
import type { ListedHalts } from '../calendar/halts.ts';
import type { TradingCalendar } from '../calendar/trading-calendar.ts';
import type { Bar } from '../provider.ts';

/** What is known beside the rows of one answer. A check for which something is not given does not judge. */
export interface CheckContext {
  readonly symbol: string;
  /** What one row stands for; a day unless given. */
  readonly interval?: 'minute';
  readonly calendar?: TradingCalendar;
  /** How far the source's clock has come: no bar can be later, and that of the day itself is final or still moving. */
  readonly clock?: { readonly date: string; readonly final: boolean };
  /** `unknown`: looked for, and not known; moves beyond the limit are then remarked on, not held. */
  readonly actions?: ActionHistory | 'unknown';
  /** The last stored bar before the answer. */
  readonly previous?: Pick<Bar, 'date' | 'close'>;
  readonly listedOn?: string;
  /** Whether the share is under risk warning (ST, *ST) during the answer. */
  readonly riskWarning?: boolean;
  /** What the source itself says of a share's halts; a missing day that its list does not name is a gap. */
  readonly halts?: ListedHalts;
}

/** The context with what follows from the symbol, worked out once for all rows. */
export interface AnswerContext extends CheckContext {
  readonly kind: SymbolKind;
  readonly board: Board;
}

export function answerContext(context: CheckContext): AnswerContext {
  return { ...context, kind: kindOf(context.symbol), board: boardOf(context.symbol) };
}
