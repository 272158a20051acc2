import { Inject, Injectable } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { type NotificationMessage, Notifications } from '../../notifications/notifications.service.ts';
import type { Transaction } from '../../database/sql.ts';
import type { AlertMessage, AlertMessenger } from './alert-message.ts';
import { hasRunbook } from './rules/builtin.ts';

const iso = (at: number): string => new Date(at).toISOString();

/** What is the case at all, before what is special: readers of a subject line see the end of nothing. */
function summaryOf({ transition, summary, startsAt }: AlertMessage): string {
  return transition === 'escalated' ? `nobody acknowledged it since ${iso(startsAt)}: ${summary}` : summary;
}

/**
 * An alert in the words of Alertmanager. What begins together by one rule is told in one message.
 * @param runbooks folder of the pages, ending in `/`; undefined: nobody said where they are
 */
export function notificationOf(message: AlertMessage, runbooks: string | undefined): NotificationMessage {
  const { alertId, number, transition, rule, severity, labels, startsAt, endsAt } = message;
  const { fingerprint, groupStatus, exceptChannels } = message;
  return {
    subjectKey: `alert ${alertId}`,
    transition: `${number} ${transition}`,
    // What goes over other channels is another group: nobody would tell this one of its end.
    groupKey: exceptChannels.length === 0 ? rule : `${rule} except ${exceptChannels.join()}`,
    content: {
      kind: 'alert',
      status: transition === 'resolved' ? 'resolved' : 'firing',
      labels: { ...labels, alertname: rule, severity },
      annotations: {
        summary: summaryOf(message),
        description: message.description,
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
