import { Inject, Injectable, Logger } from '@nestjs/common';
import { DATABASE } from '../../database/database.module.ts';
import type { Database, Transaction } from '../../database/sql.ts';
import { ALERT_MESSENGER, type AlertMessenger } from './alert-message.ts';
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
import { evaluate, messageOf, nameOf, type Outcome, retire } from './evaluation.ts';
import type { AlertRule } from './rules/definition.ts';
import { isToldByAnother, rulesOfSameCause } from './rules/same-cause.ts';
import { isSilenced, silencesAt } from './silences/silences.sql.ts';

/** What a rule says about at once; of more it says that there are more. */
const MOST_ALERTS_OF_A_RULE = 100;

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
  ) {}

  /** Rules whose alerts may change without a breach; others need no transaction while nothing is breached. */
  rulesWithAlerts(): Promise<Set<string>> {
    return rulesWithAlerts(this.database);
  }

  /** @param at when it was observed, milliseconds since 1970 */
  evaluate(rule: AlertRule, observations: readonly Observation[], at: number): Promise<void> {
    const bounded = this.bounded(rule, observations);
    // What happened while the cause held is seen for as long as the condition looks back.
    const since = at - evidenceSeconds(rule.condition) * 1000;
    return this.change(rule, at - rule.cooldownSeconds * 1000, at, async (sql, stored, isSilencedNow) => {
      const isCauseTold = (await firedSince(sql, rule.inhibitedBy, since)).length > 0;
      const active = await activeAmong(sql, rulesOfSameCause(rule.name));
      return evaluate(rule, bounded, stored, {
        at,
        isSilenced: isSilencedNow,
        isInhibited: (labels) => isCauseTold || isToldByAnother(rule.name, labels, active),
      });
    });
  }

  /** Ends the alerts of a rule that is switched off or gone. */
  retire(rule: Pick<AlertRule, 'name' | 'exceptChannelOf'>, at: number): Promise<void> {
    return this.change(rule, at, at, (_, stored, isSilencedNow) =>
      Promise.resolve(retire(stored, { at, isSilenced: isSilencedNow, isInhibited: () => false })),
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
    ) => Promise<Outcome[]>,
  ): Promise<void> {
    const outcomes = await this.database.transaction(async (sql) => {
      const stored = await lockRule(sql, rule.name, resolvedAfter);
      const silences = await silencesAt(sql, new Date(at));
      const decided = await decide(sql, stored, (alert) => isSilenced(silences, alert));
      for (const outcome of decided) await this.keep(sql, outcome, at);
      const all = alertsAfter(stored, decided);
      for (const outcome of decided)
        if (outcome.kind === 'kept' && outcome.tell !== undefined)
          await this.messenger.enqueue(sql, messageOf(rule, outcome.alert, outcome.tell, all));
      return decided;
    });
    for (const outcome of outcomes)
      if (outcome.kind === 'kept' && outcome.tell !== undefined)
        this.logger.log({ alertId: outcome.alert.id, transition: outcome.tell }, nameOf(outcome.alert));
  }

  private async keep(sql: Transaction, outcome: Outcome, at: number): Promise<void> {
    if (outcome.kind === 'gone') return removeAlert(sql, outcome.id);
    const { alert, suppressed } = outcome;
    await writeAlert(sql, alert);
    if (suppressed !== undefined) await countSuppressed(sql, alert.id, suppressed, at);
    return undefined;
  }

  private bounded(rule: AlertRule, observations: readonly Observation[]): readonly Observation[] {
    const breached = observations.filter(({ state }) => state === 'breached');
    if (breached.length <= MOST_ALERTS_OF_A_RULE) return observations;
    this.logger.warn(
      `${rule.name} holds for ${breached.length} things at once; the first ${MOST_ALERTS_OF_A_RULE} are told`,
    );
    return [
      ...observations.filter(({ state }) => state !== 'breached'),
      ...breached.slice(0, MOST_ALERTS_OF_A_RULE),
    ];
  }
}

/** The alerts of a rule, as far as they may go on, after an evaluation. */
function alertsAfter(stored: readonly StoredAlert[], outcomes: readonly Outcome[]): StoredAlert[] {
  const alerts = new Map(stored.map((alert) => [alert.id, alert]));
  for (const outcome of outcomes)
    if (outcome.kind === 'gone') alerts.delete(outcome.id);
    else alerts.set(outcome.alert.id, outcome.alert);
  return [...alerts.values()];
}
