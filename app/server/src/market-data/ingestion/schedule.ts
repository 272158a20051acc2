import { CronExpressionParser } from 'cron-parser';
import { ConfigurationError, messageOf } from '../../common/configuration/errors.ts';
import { exchangeTime, marketPhase } from '../calendar/sessions.ts';
import type { TradingCalendar } from '../calendar/trading-calendar.ts';
import type { Offer } from '../provider.ts';
import { type IngestionKind, isOffered } from './run.ts';

/** When the daily refresh fires; on days without trading it does not. */
export interface RefreshSchedule {
  readonly cron: string;
  readonly timeZone: string;
}

/**
 * Two hours after the close all sources have their final numbers.
 * @internal
 */
export const DEFAULT_REFRESH: RefreshSchedule = { cron: '30 17 * * 1-5', timeZone: 'Asia/Shanghai' };

/**
 * The configured schedule; what is not configured is as {@link DEFAULT_REFRESH}.
 * @throws ConfigurationError when the expression is none
 */
export function refreshSchedule(
  configured: {
    readonly cron?: string | undefined;
    readonly timeZone?: string | undefined;
  } = {},
): RefreshSchedule {
  const { cron = DEFAULT_REFRESH.cron, timeZone: tz = DEFAULT_REFRESH.timeZone } = configured;
  try {
    CronExpressionParser.parse(cron, { tz });
  } catch (error) {
    throw new ConfigurationError([`marketData.refresh.cron: ${cron} is no schedule: ${messageOf(error)}`]);
  }
  return { cron, timeZone: tz };
}

/** While the market is open, a picture of it for every slot of this length: each costs a live source dozens of pages. */
const SNAPSHOT_SLOT_MS = 30 * 60_000;
/** How far back a firing is looked for: the longest closure is 11 days. */
const LOOK_BACK_MS = 16 * 86_400_000;
const MOST_FIRINGS = 5_000;

/** What is judged. */
export interface ScheduleFacts {
  /** A history that has ended once and for all, as the sample's. */
  readonly isFrozen: boolean;
  readonly offers: ReadonlySet<Offer>;
  readonly calendar: TradingCalendar;
  readonly refresh: RefreshSchedule;
  /** When the newest completed load of everything began; undefined: nothing is due before it. */
  readonly loadedAt: Date | undefined;
}

/** A run that is due. `at` is the same for everybody who judges the same firing, so it is ordered once. */
export interface DueRun {
  readonly kind: IngestionKind;
  readonly at: Date;
}

/**
 * The newest firing not after `now` whose day at the exchange is a trading day, or a day that the calendar does not
 * know: better one vain refresh than none for a year that was not announced in time.
 * @throws Error when the expression or the time zone is none
 */
export function latestFiring(
  { cron, timeZone }: RefreshSchedule,
  calendar: TradingCalendar,
  now: Date,
): Date | undefined {
  // prev() looks before the given instant, the firing of this very moment included.
  const currentDate = new Date(now.getTime() + 1);
  const firings = CronExpressionParser.parse(cron, { currentDate, tz: timeZone });
  for (let count = 0; count < MOST_FIRINGS; count += 1) {
    const firing = firings.prev().toDate();
    if (now.getTime() - firing.getTime() > LOOK_BACK_MS) return undefined;
    if (calendar.dayStatus(exchangeTime(firing).date) !== 'closed') return firing;
  }
  return undefined;
}

function snapshotDue({ calendar, offers }: ScheduleFacts, now: Date): DueRun[] {
  const phase = marketPhase(now, calendar);
  if (!isOffered('snapshot', offers) || (phase !== 'open' && phase !== 'lunch')) return [];
  const slot = Math.floor(now.getTime() / SNAPSHOT_SLOT_MS) * SNAPSHOT_SLOT_MS;
  return [{ kind: 'snapshot', at: new Date(slot) }];
}

/** Kinds that only have what is left over by the others. Minutes first: tomorrow nobody tells today's. */
const IN_THE_BACKGROUND: readonly IngestionKind[] = ['minutes', 'details'];

export function isBackground(kind: IngestionKind): boolean {
  return IN_THE_BACKGROUND.includes(kind);
}

/** What has to be ordered, whether or not somebody has ordered it already. */
export function dueRuns(facts: ScheduleFacts, now: Date): readonly DueRun[] {
  const { isFrozen, offers, loadedAt, refresh, calendar } = facts;
  if (loadedAt === undefined) return [];
  const offered = (kinds: readonly IngestionKind[], at: Date): DueRun[] =>
    kinds.filter((kind) => isOffered(kind, offers)).map((kind) => ({ kind, at }));
  // All that a frozen source has is loaded once, after its histories.
  if (isFrozen) return offered(['snapshot', 'minutes'], loadedAt);
  const firing = latestFiring(refresh, calendar, now);
  const refreshAt = firing !== undefined && firing > loadedAt ? firing : undefined;
  return [
    ...(refreshAt === undefined ? [] : [{ kind: 'refresh', at: refreshAt } as const]),
    ...snapshotDue(facts, now),
    // With each refresh; the first time as soon as the histories are there.
    ...offered(IN_THE_BACKGROUND, refreshAt ?? loadedAt),
  ];
}
