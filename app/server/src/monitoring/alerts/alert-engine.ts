import { Inject, Injectable, Logger } from '@nestjs/common';
import { DATABASE } from '../../database/database.module.ts';
import type { Database, Transaction } from '../../database/sql.ts';
import { AlertClock } from './alert-clock.ts';
import { AlertTiming } from './alert-timing.ts';
import { ALERT_MESSENGER, type AlertMessenger, type Reach } from './alert-message.ts';
import {
  activeAmong,
  countSuppressed,
  firedSince,
  lockRule,
  removeAlert,
  rulesWithAlerts,
  type StoredAlert,
  writeAlert,
} from './alerts.sql.ts';
import { evidenceSeconds } from './conditions/evidence.ts';
import type { Observation } from './conditions/observation.ts';
import { detailOf, evaluate, messageOf, nameOf, type Outcome, retire } from './evaluation.ts';
import type { Look } from './last-look.ts';
import { bounded, MOST_ALERTS_OF_A_RULE } from './most-alerts.ts';
import type { AlertRule } from './rules/definition.ts';
import { isToldByAnother, rulesOfSameCause } from './rules/same-cause.ts';
import { isSilenced, silencesAt } from './silences/silences.sql.ts';

/**
 * Takes what was observed to what is stored and what is told, in one transaction per rule. Several engines may do it at
 * once: a rule is evaluated by one after the other, and whoever saw less than what is stored changes nothing.
 */
@Injectable()
export class AlertEngine {
  private readonly logger = new Logger('Alerts');

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(ALERT_MESSENGER) private readonly messenger: AlertMessenger,
    @Inject(AlertClock) private readonly clock: Pick<AlertClock, 'now'>,
    private readonly timing: AlertTiming,
  ) {}

  /** Rules whose alerts may change without a breach; others need no transaction while nothing is breached. */
  rulesWithAlerts(): Promise<Set<string>> {
    return rulesWithAlerts(this.database);
  }

  /** @param at when it was observed, milliseconds since 1970 */
  evaluate(rule: AlertRule, observations: readonly Observation[], at: number): Promise<void> {
    this.warnOfMany(rule, observations);
    // What happened while the cause held is seen for as long as the condition looks back.
    const since = at - evidenceSeconds(rule.condition) * 1000;
    return this.change(
      rule,
      at - rule.cooldownSeconds * 1000,
      at,
      async (sql, stored, isSilencedNow, reach) => {
        const look = this.lookOf(at);
        const causes = await firedSince(sql, rule.inhibitedBy, since, look.now + look.watchedMs);
        const active = await activeAmong(sql, rulesOfSameCause(rule.name));
        return evaluate(rule, bounded(rule.name, observations, stored), stored, {
          ...look,
          isSilenced: isSilencedNow,
          reach,
          isInhibited: (labels) => causes.length > 0 || isToldByAnother(rule.name, labels, active),
        });
      },
    );
  }

  /** Ends the alerts of a rule that is switched off or gone. */
  retire(rule: Pick<AlertRule, 'name' | 'exceptChannelOf'>, at: number): Promise<void> {
    return this.change(rule, at, at, (_, stored, isSilencedNow, reach) =>
      Promise.resolve(retire(rule, stored, { at, isSilenced: isSilencedNow, reach })),
    );
  }

  private async change(
    rule: Pick<AlertRule, 'name' | 'exceptChannelOf'>,
    resolvedAfter: number,
    at: number,
    decide: (
      sql: Transaction,
      stored: readonly StoredAlert[],
      isSilencedNow: (alert: Pick<StoredAlert, 'rule' | 'severity' | 'labels'>) => boolean,
      reach: Reach,
    ) => Promise<Outcome[]>,
  ): Promise<void> {
    const outcomes = await this.database.transaction(async (sql) => {
      const stored = await lockRule(sql, rule.name, resolvedAfter);
      const silences = await silencesAt(sql, new Date(at));
      const decided = await decide(
        sql,
        stored,
        (alert) => isSilenced(silences, alert),
        await this.messenger.reach(sql),
      );
      for (const outcome of decided) await this.keep(sql, outcome, at);
      const all = alertsAfter(stored, decided);
      for (const outcome of decided)
        if (outcome.kind === 'kept' && outcome.tell !== undefined)
          await this.messenger.enqueue(sql, messageOf(rule, outcome.alert, outcome.tell, all));
      return decided;
    });
    for (const outcome of outcomes) {
      this.logger.debug(detailOf(outcome), nameOf(outcome.alert));
      if (outcome.kind === 'kept' && outcome.tell !== undefined)
        this.logger.log({ alertId: outcome.alert.id, transition: outcome.tell }, nameOf(outcome.alert));
    }
  }

  private async keep(sql: Transaction, outcome: Outcome, at: number): Promise<void> {
    if (outcome.kind === 'gone') return removeAlert(sql, outcome.alert.id);
    const { alert, suppressed } = outcome;
    await writeAlert(sql, alert);
    if (suppressed !== undefined) await countSuppressed(sql, alert.id, suppressed, at);
    return undefined;
  }

  private lookOf(at: number): Look {
    return { at, now: this.clock.now(), watchedMs: this.timing.watchedMs };
  }

  private warnOfMany({ name }: AlertRule, observations: readonly Observation[]): void {
    const { length } = observations.filter(({ state }) => state === 'breached');
    if (length > MOST_ALERTS_OF_A_RULE)
      this.logger.warn(
        `${name} holds for ${length} things at once; ${MOST_ALERTS_OF_A_RULE} of them are told`,
      );
  }
}

/** The alerts of a rule, as far as they may go on, after an evaluation. */
function alertsAfter(stored: readonly StoredAlert[], outcomes: readonly Outcome[]): StoredAlert[] {
  const alerts = new Map(stored.map((alert) => [alert.id, alert]));
  for (const outcome of outcomes)
    if (outcome.kind === 'gone') alerts.delete(outcome.alert.id);
    else alerts.set(outcome.alert.id, outcome.alert);
  return [...alerts.values()];
}
