import type { Tone } from '../tag.tsx';
import type { Alert, Delivery } from '../types.ts';
import { channelText, deliveryStateText, endReasonText, suppressionText } from '../words.ts';

export interface Moment {
  readonly at: string;
  readonly tone: Tone;
  readonly text: string;
  /** What somebody wrote, or the last moment of what happened several times. */
  readonly note?: string | undefined;
  readonly until?: string | undefined;
}

const TRANSITIONS: Readonly<Record<string, string>> = {
  firing: '触发',
  escalated: '升级',
  resolved: '结束',
};

/** `2 escalated`: the number of the message about it, and what it tells. */
function transitionText(transition: string): string {
  const word = transition.split(' ').at(-1) ?? transition;
  return TRANSITIONS[word] ?? word;
}

function toldAt({ attempts, createdAt }: Delivery): string {
  return attempts.at(-1)?.at ?? createdAt;
}

const DELIVERY_TONES: Readonly<Record<Delivery['state'], Tone>> = {
  queued: 'quiet',
  sent: 'good',
  failed: 'fair',
  dead: 'bad',
  superseded: 'quiet',
};

function deliveryMoment(delivery: Delivery): Moment {
  const { channel, transition, state } = delivery;
  return {
    at: toldAt(delivery),
    tone: DELIVERY_TONES[state],
    text: `通知“${transitionText(transition)}”，${channelText(channel)}：${deliveryStateText(state)}`,
  };
}

/** Of one that came back, the first time and the last; of those in between the messages tell. */
function firingMoments({ firstFiredAt, firedAt }: Alert): Moment[] {
  const times = [...new Set([firstFiredAt, firedAt])].filter((at) => at !== null);
  return times.map((at, index) => ({ at, tone: 'bad', text: index === 0 ? '触发' : '再次触发' }));
}

/** Only where the condition is gone has anything recovered. */
function endMoment({ endsAt, endReason }: Alert): Moment | undefined {
  if (endsAt === null) return undefined;
  if (endReason === null) return { at: endsAt, tone: 'quiet', text: '结束' };
  const why = endReasonText(endReason);
  return endReason === 'clear'
    ? { at: endsAt, tone: 'good', text: `恢复：${why}` }
    : { at: endsAt, tone: 'fair', text: `结束，不知是否已恢复：${why}` };
}

/**
 * What became of an alert, the oldest first.
 * @param person the name of who acknowledged it
 */
export function timelineOf(
  alert: Alert,
  deliveries: readonly Delivery[],
  person: (id: string) => string,
): readonly Moment[] {
  const { startsAt, escalatedAt, acknowledgedAt, acknowledgedBy } = alert;
  const moments: (Moment | undefined)[] = [
    { at: startsAt, tone: 'fair', text: '条件第一次成立，待定' },
    ...firingMoments(alert),
    ...alert.suppressed.map(({ reason, count, firstAt, lastAt }): Moment => ({
      at: firstAt,
      tone: 'quiet',
      text: `${count} 次没有通知：${suppressionText(reason)}`,
      until: count > 1 ? lastAt : undefined,
    })),
    ...deliveries.map(deliveryMoment),
    escalatedAt === null ? undefined : { at: escalatedAt, tone: 'bad', text: '无人确认，已升级' },
    acknowledgedAt === null
      ? undefined
      : {
          at: acknowledgedAt,
          tone: 'good',
          text: `${acknowledgedBy === null ? '' : person(acknowledgedBy)}已确认`,
          note: alert.acknowledgement ?? undefined,
        },
    endMoment(alert),
  ];
  // Sorting is stable: what happened at once stays in the order in which it must have.
  return moments
    .filter((moment): moment is Moment => moment !== undefined)
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
