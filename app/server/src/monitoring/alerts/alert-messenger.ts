import { Inject, Injectable } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import {
  ALERT_ID,
  END_REASON,
  type NotificationMessage,
  Notifications,
} from '../../notifications/notifications.service.ts';
import type { Sql, Transaction } from '../../database/sql.ts';
import type { AlertMessage, AlertMessenger, Reach } from './alert-message.ts';
import { type EndReason, FORGET_MINUTES } from './lifecycle.ts';
import { subjectOf, transitionOf } from './message-keys.ts';
import { hasRunbook } from './rules/builtin.ts';

const iso = (at: number): string => new Date(at).toISOString();

/** Ends that are no recovery: why nobody knows whether the trouble is over, in a few words and in full. */
const NOT_OVER: Readonly<Partial<Record<EndReason, readonly [short: string, long: string]>>> = {
  'no-data': [
    'not known to be over',
    `For ${FORGET_MINUTES} minutes nothing came that this could be judged by, so nobody looks after it any more: it may still be the case. It is told again when it is seen again.`,
  ],
  'rule-removed': [
    'not looked at any more',
    'Its rule was removed or switched off: it may still be the case, and is not told again.',
  ],
};

/** What is the case at all, before what is special: readers of a subject line see the end of nothing. */
function wordsOf({ transition, summary, description, startsAt, endReason }: AlertMessage): {
  readonly summary: string;
  readonly description: string;
} {
  if (transition === 'escalated')
    return { summary: `nobody acknowledged it since ${iso(startsAt)}: ${summary}`, description };
  const [short, long] = (endReason && NOT_OVER[endReason]) ?? [];
  if (short === undefined) return { summary, description };
  return { summary: `${short}: ${summary}`, description: `${long} What was told of it: ${description}` };
}

/**
 * An alert in the words of Alertmanager. What begins together by one rule is told in one message.
 * @param runbooks folder of the pages, ending in `/`; undefined: nobody said where they are
 */
export function notificationOf(message: AlertMessage, runbooks: string | undefined): NotificationMessage {
  const { alertId, number, transition, rule, severity, labels, startsAt, endsAt } = message;
  const { fingerprint, groupStatus, exceptChannels, endReason } = message;
  return {
    subjectKey: subjectOf(alertId),
    transition: transitionOf(number, transition),
    // What goes over other channels is another group: nobody would tell this one of its end.
    groupKey: exceptChannels.length === 0 ? rule : `${rule} except ${exceptChannels.join()}`,
    content: {
      kind: 'alert',
      status: transition === 'resolved' ? 'resolved' : 'firing',
      labels: { ...labels, alertname: rule, severity },
      annotations: {
        ...wordsOf(message),
        [ALERT_ID]: alertId,
        ...(endReason === undefined ? {} : { [END_REASON]: endReason }),
        ...(runbooks !== undefined && hasRunbook(rule) ? { runbook_url: `${runbooks}${rule}.md` } : {}),
      },
      startsAt: iso(startsAt),
      ...(endsAt === undefined ? {} : { endsAt: iso(endsAt) }),
      fingerprint,
      groupStatus,
    },
    exceptChannels,
    atOnce: severity === 'critical',
  };
}

/** Hands alerts to the notifications. */
@Injectable()
export class NotifyingMessenger implements AlertMessenger {
  private readonly runbooks: string | undefined;

  constructor(
    private readonly notifications: Notifications,
    @Inject(CONFIGURATION) { monitoring }: Configuration,
  ) {
    this.runbooks = monitoring.alerts.runbookBaseURL;
  }

  reach(sql: Sql): Promise<Reach> {
    return this.notifications.reach(sql);
  }

  async enqueue(sql: Transaction, message: AlertMessage): Promise<void> {
    await this.notifications.enqueue(sql, notificationOf(message, this.runbooks));
  }

  async sendNow(message: AlertMessage): Promise<void> {
    await this.notifications.sendDirect(notificationOf(message, this.runbooks));
  }
  isTaken(message: AlertMessage): boolean {
    return this.notifications.isDirectTaken(notificationOf(message, this.runbooks));
  }
}
