import { Inject, Injectable, Logger } from '@nestjs/common';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { ALERT_MESSENGER, type AlertMessenger } from './alert-message.ts';
import { countSuppressed, lockRule, type StoredAlert, writeAlert } from './alerts.sql.ts';
import type { Observation } from './conditions/observation.ts';
import { evaluate, messageOf, nameOf, type Outcome } from './evaluation.ts';
import type { AlertRule } from './rules/definition.ts';
import { isSilenced, type Silence, silencesAt } from './silences/silences.sql.ts';
import type { SuppressionReason } from './telling.ts';

/** An alert that nobody has written for so long was left by a process that is gone. */
const LEFT_MS = 60_000;

/**
 * What a process has to do about alerts on the database: `leads`: it tells; `alone`: it never could learn who leads, and
 * tells rather twice than never; `looks-on`: another one tells, and this one knows what is the case when it takes over.
 */
export type Duty = 'leads' | 'alone' | 'looks-on';

type Kept = Extract<Outcome, { kind: 'kept' }>;

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
  /** Alerts that this process tells of, until they are over. */
  private readonly mine = new Set<string>();
  private readonly unwritten = new Map<string, Remembered>();
  /** As they were when the database answered last. */
  private silences: readonly Silence[] = [];
  private readonly suppressed: { alertId: string; reason: SuppressionReason; at: number }[] = [];

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(ALERT_MESSENGER) private readonly messenger: AlertMessenger,
  ) {}

  /** Judges, and tells at once what is this process's to tell. */
  evaluate(rule: AlertRule, observation: Observation, at: number, duty: Duty): void {
    const known = this.alerts.get(rule.name);
    const isMine = this.isMine(known, duty);
    const outcomes = evaluate(rule, [observation], known === undefined ? [] : [known], {
      at,
      isSilenced: (alert) => !isMine || isSilenced(this.silencesAt(at), alert),
      isInhibited: false,
    });
    for (const outcome of outcomes)
      if (outcome.kind === 'gone') this.alerts.delete(rule.name);
      else {
        this.remember(rule, outcome.alert, isMine, duty);
        if (isMine) this.tell(rule, outcome, at);
      }
  }

  /** Whoever began to tell of an alert goes on with it, also when somebody else leads by now. */
  private isMine(known: StoredAlert | undefined, duty: Duty): boolean {
    if (known === undefined || known.episode.state === 'resolved') return duty !== 'looks-on';
    return duty === 'alone' || this.mine.has(known.id);
  }

  /** What is over belongs to whoever leads: only he may open it again. */
  private remember(rule: AlertRule, alert: StoredAlert, isMine: boolean, duty: Duty): void {
    const isOver = alert.episode.state === 'resolved';
    if (isOver) this.mine.delete(alert.id);
    else if (isMine) this.mine.add(alert.id);
    if (isOver && (!isMine || duty === 'looks-on')) this.alerts.delete(rule.name);
    else this.alerts.set(rule.name, alert);
  }

  private tell(rule: AlertRule, { alert, tell, suppressed }: Kept, at: number): void {
    if (alert.episode.state !== 'pending') this.unwritten.set(alert.id, { rule, alert });
    if (suppressed !== undefined) this.suppressed.push({ alertId: alert.id, reason: suppressed, at });
    if (tell === undefined) return;
    this.logger.warn({ alertId: alert.id, transition: tell }, nameOf(alert));
    // It takes minutes where a channel does not answer, and what is looked at meanwhile must not wait.
    void this.messenger.sendNow(messageOf(rule, alert, tell, [alert]));
  }

  /**
   * Writes down what happened while nothing could be written, and learns of silences. Who leads also takes up what a
   * process that is gone left of these rules. Call it while the database answers.
   */
  async synchronize(rules: readonly AlertRule[], at: number, leads: boolean): Promise<void> {
    this.silences = await silencesAt(this.database, new Date(at));
    const names = new Set(rules.map(({ name }) => name));
    for (const name of this.alerts.keys()) if (!names.has(name)) this.alerts.delete(name);
    if (leads) for (const rule of rules) await this.takeOver(rule, at);
    for (const remembered of this.unwritten.values()) await this.writeDown(remembered);
  }

  /** The database answers: trouble that another process tells of is that one's, and what comes next is new. */
  private async takeOver(rule: AlertRule, at: number): Promise<void> {
    const known = this.alerts.get(rule.name);
    if (known !== undefined && (known.episode.state === 'resolved' || this.mine.has(known.id))) return;
    this.alerts.delete(rule.name);
    const [left] = await this.database.transaction((sql) => lockRule(sql, rule.name, at));
    // Who is still there writes it at each evaluation.
    if (left === undefined || at - left.evaluatedAt < LEFT_MS) return;
    this.alerts.set(rule.name, left);
    this.mine.add(left.id);
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
