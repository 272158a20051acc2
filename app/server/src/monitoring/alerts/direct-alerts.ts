import { Inject, Injectable, Logger } from '@nestjs/common';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { ALERT_MESSENGER, type AlertMessenger } from './alert-message.ts';
import { countSuppressed, lockRule, type StoredAlert, writeAlert } from './alerts.sql.ts';
import type { Observation } from './conditions/observation.ts';
import { evaluate, messageOf, nameOf } from './evaluation.ts';
import type { AlertRule } from './rules/definition.ts';
import { isSilenced, type Silence, silencesAt } from './silences/silences.sql.ts';
import type { SuppressionReason } from './telling.ts';

interface Remembered {
  readonly rule: AlertRule;
  readonly alert: StoredAlert;
}

/**
 * Alerts about the database itself: they live in memory and are sent at once, for nothing can be stored while it is
 * silent. What happened is written down when it answers again, with what has been told, so nothing is told twice.
 */
@Injectable()
export class DirectAlerts {
  private readonly logger = new Logger('Alerts');
  /** Newest alert of each rule; these rules have one each. */
  private readonly alerts = new Map<string, StoredAlert>();
  private readonly unwritten = new Map<string, Remembered>();
  /** As they were when the database answered last. */
  private silences: readonly Silence[] = [];
  private readonly suppressed: { alertId: string; reason: SuppressionReason; at: number }[] = [];

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(ALERT_MESSENGER) private readonly messenger: AlertMessenger,
  ) {}

  /**
   * @param sends false: another process tells people; this one only looks on, and knows what is the case when it takes over
   */
  evaluate(rule: AlertRule, observation: Observation, at: number, sends: boolean): void {
    const known = this.alerts.get(rule.name);
    const outcomes = evaluate(rule, [observation], known === undefined ? [] : [known], {
      at,
      isSilenced: (alert) => !sends || isSilenced(this.silencesAt(at), alert),
      isInhibited: false,
    });
    for (const outcome of outcomes) {
      if (outcome.kind === 'gone') {
        this.alerts.delete(rule.name);
        continue;
      }
      const { alert, tell, suppressed } = outcome;
      this.alerts.set(rule.name, alert);
      if (!sends) continue;
      if (alert.episode.state !== 'pending') this.unwritten.set(alert.id, { rule, alert });
      if (suppressed !== undefined) this.suppressed.push({ alertId: alert.id, reason: suppressed, at });
      if (tell === undefined) continue;
      this.logger.warn({ alertId: alert.id, transition: tell }, nameOf(alert));
      // It takes minutes where a channel does not answer, and what is looked at meanwhile must not wait.
      void this.messenger.sendNow(messageOf(rule, alert, tell));
    }
  }

  /**
   * Takes up what an earlier process left of these rules, writes down what happened while nothing could be written, and
   * learns of silences. Call it while the database answers and this process leads.
   */
  async synchronize(rules: readonly AlertRule[], at: number): Promise<void> {
    this.silences = await silencesAt(this.database, new Date(at));
    const names = new Set(rules.map(({ name }) => name));
    for (const name of this.alerts.keys()) if (!names.has(name)) this.alerts.delete(name);
    for (const rule of rules)
      if (!this.alerts.has(rule.name)) {
        const [left] = await this.database.transaction((sql) => lockRule(sql, rule.name, at));
        if (left !== undefined) this.alerts.set(rule.name, left);
      }
    for (const remembered of this.unwritten.values()) await this.writeDown(remembered);
  }

  private async writeDown({ rule, alert }: Remembered): Promise<void> {
    await this.database.transaction(async (sql) => {
      for (const stored of await lockRule(sql, rule.name, alert.evaluatedAt))
        if (stored.id !== alert.id) await writeAlert(sql, superseded(stored, alert));
      await writeAlert(sql, alert);
      for (const { alertId, reason, at } of this.suppressed)
        if (alertId === alert.id) await countSuppressed(sql, alertId, reason, at);
    });
    const rest = this.suppressed.filter(({ alertId }) => alertId !== alert.id);
    this.suppressed.splice(0, this.suppressed.length, ...rest);
    // What came in the meantime waits for the next time.
    if (this.unwritten.get(alert.id)?.alert === alert) this.unwritten.delete(alert.id);
  }

  private silencesAt(at: number): readonly Silence[] {
    return this.silences.filter(({ startsAt, endsAt }) => startsAt.getTime() <= at && endsAt.getTime() > at);
  }
}

/** An alert that a process left behind when it ended during the same trouble; the one that went on tells of it. */
function superseded(stored: StoredAlert, by: StoredAlert): StoredAlert {
  const { clearSince: _, ...episode } = stored.episode;
  return {
    ...stored,
    evaluatedAt: by.evaluatedAt,
    episode: { ...episode, state: 'resolved', resolvedAt: by.startedAt, endReason: 'no-data' },
  };
}
