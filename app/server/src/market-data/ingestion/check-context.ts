import type { ActionHistory } from '../adjustment/factors.ts';
import type { ListedHalts } from '../calendar/halts.ts';
import { exchangeTime, lastCompletedTradingDay } from '../calendar/sessions.ts';
import type { CheckContext } from '../checks/context.ts';
import { isFrozen } from '../market-data-source.ts';
import type { Bar } from '../provider.ts';
import type { StoredSymbol } from '../store/symbols.ts';
import type { Run } from './run.ts';
import type { KnownActions } from './series-factors.ts';

export interface CheckFacts {
  readonly symbol: string;
  readonly stored: StoredSymbol | undefined;
  /** undefined: the source has no lists of halts. */
  readonly halts?: ListedHalts | undefined;
  /** null or undefined: not known. */
  readonly actions: KnownActions | null | undefined;
  /** First date that was asked for; undefined: the whole history. */
  readonly from: string | undefined;
  /** The last stored bar before it. */
  readonly previous: Pick<Bar, 'date' | 'close'> | undefined;
}

const historyOf = ({ from, until, actions }: KnownActions): ActionHistory => ({
  completeFrom: from,
  completeUntil: until,
  actions,
});

/** What the checks of daily rows may use beside the rows. */
export function checkContextOf(run: Run, facts: CheckFacts): CheckContext {
  const { symbol, stored, halts, actions, from, previous } = facts;
  // Newly listed shares have no limit, and their profile comes days later; a whole history begins with the listing.
  const listedOn = stored?.listedOn ?? (from === undefined ? undefined : stored?.firstBar);
  return {
    symbol,
    calendar: run.calendars.of(symbol),
    actions: actions ? historyOf(actions) : 'unknown',
    ...(isFrozen(run.provider.source) ? {} : { clock: clockOf(run) }),
    ...(halts === undefined ? {} : { halts }),
    ...(previous === undefined ? {} : { previous }),
    ...(listedOn == null ? {} : { listedOn }),
    // Whether a share was under risk warning years ago is not known; of the newest days its name tells.
    ...(from === undefined || stored === undefined ? {} : { riskWarning: stored.specialTreatment }),
  };
}

function clockOf(run: Run): { readonly date: string; readonly final: boolean } {
  const { date } = exchangeTime(run.now());
  return { date, final: lastCompletedTradingDay(run.now(), run.calendars.market) === date };
}
