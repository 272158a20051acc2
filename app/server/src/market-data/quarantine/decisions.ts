import type { Transaction } from '../../database/sql.ts';
import type { Bar, MinuteBar } from '../provider.ts';
import { deleteDailyBar, storeDailyBars } from '../store/daily-bars.ts';
import { recomputeFactors } from '../store/factors.ts';
import { deleteMinuteBar, storeMinuteBars } from '../store/minute-bars.ts';
import { subjectOf } from '../store/findings.ts';
import { refreshStatistics } from '../store/symbols.ts';
import type { QuarantineRow } from './quarantine.sql.ts';

type Place = Pick<QuarantineRow, 'source' | 'symbol' | 'origin'>;

const isMinute = (bar: Bar | MinuteBar): bar is MinuteBar => 'at' in bar;

/** What follows from a bar that came or went: a close before an ex-date may be another now. */
async function followBars(sql: Transaction, { source, symbol }: Place): Promise<void> {
  await recomputeFactors(sql, { source, symbol });
  await refreshStatistics(sql, source, [symbol]);
}

const STANDING = {
  daily: `SELECT trade_date::text AS date, open::float8, high::float8, low::float8, close::float8, volume::float8, amount::float8
            FROM app.daily_bars WHERE source = $1 AND symbol = $2 AND trade_date = $3::date`,
  minutes: `SELECT at::text, open::float8, high::float8, low::float8, close::float8, volume::float8, amount::float8
              FROM app.minute_bars WHERE source = $1 AND symbol = $2 AND at = $3::timestamp`,
};

/** The subject of the bar that is stored at the time of this one; undefined: none is. The caller holds the symbol's lock. */
export async function standingBar(
  sql: Transaction,
  { source, symbol }: Place,
  bar: Bar | MinuteBar,
): Promise<string | undefined> {
  const [statement, time] = isMinute(bar) ? [STANDING.minutes, bar.at] : [STANDING.daily, bar.date];
  const [standing] = await sql.query<Bar | MinuteBar>(statement, [source, symbol, time]);
  return standing && subjectOf(undefined, standing);
}

/** Makes the row a bar. The caller holds the symbol's lock. */
export async function storeRow(sql: Transaction, place: Place, bar: Bar | MinuteBar): Promise<void> {
  const { source, symbol, origin } = place;
  if (isMinute(bar)) {
    await storeMinuteBars(sql, { source, symbol, origin, bars: [bar] });
    return;
  }
  await storeDailyBars(sql, source, [{ symbol, origin, bars: [bar] }]);
  await followBars(sql, place);
}

/** Takes the row out of the bars. The caller holds the symbol's lock. */
export async function removeRow(sql: Transaction, place: Place, bar: Bar | MinuteBar): Promise<void> {
  const { source, symbol } = place;
  if (isMinute(bar)) {
    await deleteMinuteBar(sql, { source, symbol, at: bar.at });
    return;
  }
  await deleteDailyBar(sql, { source, symbol, date: bar.date });
  await followBars(sql, place);
}
