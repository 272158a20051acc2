import { atTimes } from './alert-times.ts';
import type { StoredAlert } from './alerts.sql.ts';

/** One look at what alerts are about. Times in milliseconds since 1970. */
export interface Look {
  /** When it was observed. */
  readonly at: number;
  /** What the clock says when it is judged: later than `at` in a process that stood still in between. */
  readonly now: number;
  /** Milliseconds between two looks of which it may be said that somebody looked all the time: some turns of the looks. */
  readonly watchedMs: number;
}

/** Turns that may be missed, or late, before time counts as time in which nobody looked. */
export const MISSED_LOOKS = 3;

/**
 * Pure: an alert as a look finds it. What nobody saw neither ripens nor ends anything, so the time since the look before counts
 * up to `watchedMs`, and what an alert has waited for so far goes on from there; Prometheus restores `for` after a restart
 * alike. While it is pending it may so seem to have begun after somebody acknowledged it, who has to do that anew.
 *
 * A look before this one that lies further ahead than the turns of the looks was made by a clock that was wrong, as of a node
 * that booted with its time in another zone. It would keep the alert from firing, ending and being escalated until that time
 * has come, so nothing of what it wrote counts as later than now. Less than that is another engine, or the clocks of two
 * nodes, and what was seen later holds. Asked is the clock and not `at`: an engine that stood still in the middle of an
 * evaluation is late, and no other's clock is wrong.
 * @returns undefined where another engine has seen later
 */
export function foundBy({ at, now, watchedMs }: Look, alert: StoredAlert): StoredAlert | undefined {
  if (alert.evaluatedAt >= at)
    return alert.evaluatedAt <= now + watchedMs ? undefined : atTimes(alert, (time) => Math.min(time, at));
  const unwatchedMs = at - alert.evaluatedAt - watchedMs;
  return unwatchedMs > 0 ? movedBy(unwatchedMs, alert) : alert;
}

function movedBy(ms: number, alert: StoredAlert): StoredAlert {
  const { episode } = alert;
  const moved = (time: number | undefined): number | undefined => (time === undefined ? time : time + ms);
  return {
    ...alert,
    episode: {
      ...episode,
      pendingSince: episode.state === 'pending' ? episode.pendingSince + ms : episode.pendingSince,
      clearSince: moved(episode.clearSince),
      unknownSince: moved(episode.unknownSince),
    },
  };
}
