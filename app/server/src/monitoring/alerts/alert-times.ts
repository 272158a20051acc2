import type { StoredAlert } from './alerts.sql.ts';
import type { Told } from './telling.ts';

type Change = (at: number) => number;

/** Pure: what people were told, at other times. When somebody acknowledged it the database said. */
export function toldAtTimes(told: Told, change: Change): Told {
  const { toldFiringAt, escalatedAt } = told;
  return { ...told, toldFiringAt: known(toldFiringAt, change), escalatedAt: known(escalatedAt, change) };
}

/** Pure: an alert with every time changed that a clock gave it: that clock was wrong. */
export function atTimes(alert: StoredAlert, change: Change): StoredAlert {
  const { episode, told, startedAt, evaluatedAt } = alert;
  return {
    ...alert,
    startedAt: change(startedAt),
    evaluatedAt: change(evaluatedAt),
    episode: {
      ...episode,
      pendingSince: change(episode.pendingSince),
      seenAt: change(episode.seenAt),
      firedAt: known(episode.firedAt, change),
      firstFiredAt: known(episode.firstFiredAt, change),
      clearSince: known(episode.clearSince, change),
      unknownSince: known(episode.unknownSince, change),
      resolvedAt: known(episode.resolvedAt, change),
    },
    told: toldAtTimes(told, change),
  };
}

function known(at: number | undefined, change: Change): number | undefined {
  return at === undefined ? undefined : change(at);
}
