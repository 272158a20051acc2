import { Inject, Injectable, Logger } from '@nestjs/common';
import { uuidOf } from '../../common/uuid-of.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { AlertTiming } from './alert-timing.ts';
import { ALERT_MESSENGER, type AlertMessage, type AlertMessenger, type Reach } from './alert-message.ts';
import {
  acknowledgedAt,
  countSuppressed,
  lockRule,
  newestIds,
  type StoredAlert,
  writeAlert,
} from './alerts.sql.ts';
import type { Observation } from './conditions/observation.ts';
import { isOwnVoice, takenUp } from './direct-voice.ts';
import type { Duty } from './duty.ts';
import { detailOf, evaluate, messageOf, nameOf, type Outcome } from './evaluation.ts';
import { MISSED_LOOKS } from './last-look.ts';
import { ended } from './lifecycle.ts';
import type { ToldAlert } from './line/answer.ts';
import type { Elsewhere } from './line/hearing.ts';
import { USUAL_PATIENCE } from './line/patience.ts';
import type { AlertRule } from './rules/definition.ts';
import { Orphans } from './orphans.ts';
import { SentMessages } from './sent-messages.ts';
import { atTimes } from './alert-times.ts';
import { isSilenced, type Silence, silencesFrom } from './silences/silences.sql.ts';
import type { SuppressionReason } from './telling.ts';

const DAY_MS = 86_400_000;
const WATCHED_MS = MISSED_LOOKS * USUAL_PATIENCE.lookMs;

type Kept = Extract<Outcome, { kind: 'kept' }>;

interface Suppressed {
  readonly alertId: string;
  readonly reason: SuppressionReason;
  readonly at: number;
}

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
  private readonly sent = new SentMessages();
  private readonly unwritten = new Map<string, Remembered>();
  private readonly orphans: Orphans;
  /** Newest stored alert of each rule, by which all processes give the next one the same id; undefined: not read yet. */
  private newest: ReadonlyMap<string, string> | undefined;
  /** As they were when the database answered last, with those that begin later. */
  private silences: readonly Silence[] = [];
  /** As it was then. */
  private reach: Reach = () => true;
  private suppressed: readonly Suppressed[] = [];

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(ALERT_MESSENGER) private readonly messenger: AlertMessenger,
    @Inject(AlertTiming) private readonly timing: Pick<AlertTiming, 'goneMs'>,
  ) {
    this.orphans = new Orphans(database, timing);
  }

  /** Something is the case, or is about to end. */
  get isBusy(): boolean {
    return this.active().length > 0;
  }

  /** What is the case as this process knows it, whoever tells of it. */
  active(): StoredAlert[] {
    return [...this.alerts.values()].filter(({ episode }) => episode.state !== 'resolved');
  }

  private isActive(rule: string): boolean {
    return this.active().some((alert) => alert.rule === rule);
  }

  /** The clock was set by so many milliseconds: what is known moves with it. */
  shift(ms: number): void {
    for (const [name, alert] of this.alerts)
      this.alerts.set(
        name,
        atTimes(alert, (at) => at + ms),
      );
    for (const [id, { rule, alert }] of this.unwritten)
      this.unwritten.set(id, { rule, alert: atTimes(alert, (at) => at + ms) });
    this.orphans.shift(ms);
    this.suppressed = this.suppressed.map((one) => Object.assign({}, one, { at: one.at + ms }));
    this.sent.shift(ms);
  }

  /** What this process tells of, for the others. */
  telling(): ToldAlert[] {
    const isTaken = (message: AlertMessage): boolean => this.messenger.isTaken(message);
    return [...this.alerts]
      .filter(([, { id, told }]) => this.mine.has(id) && told.told === 'firing')
      .map(([rule, { id }]) => ({ rule, id, told: this.sent.known(rule, id, isTaken) }));
  }

  /**
   * Judges, and tells at once what is this process's to tell.
   * @param elsewhere another one has told of it
   * @param watchedMs see Look
   */
  evaluate(
    rule: AlertRule,
    observation: Observation,
    at: number,
    duty: Duty,
    elsewhere?: Elsewhere,
    watchedMs = WATCHED_MS,
  ): void {
    const remembered = this.alerts.get(rule.name);
    const hasBegun = remembered !== undefined && this.mine.has(remembered.id);
    const isMine = isOwnVoice({ known: remembered, hasBegun, duty, elsewhere }, observation);
    if (hasBegun && !isMine) this.leaveTo(remembered.id);
    const known =
      isMine && !hasBegun && elsewhere !== undefined && remembered?.episode.state === 'firing'
        ? this.goOnWith(rule.name, takenUp(remembered, elsewhere))
        : remembered;
    const outcomes = evaluate(rule, [observation], known === undefined ? [] : [known], {
      ...{ at, now: at, watchedMs },
      isSilenced: (alert) => !isMine || isSilenced(this.silencesAt(at), alert),
      isInhibited: () => rule.inhibitedBy.some((name) => this.isActive(name)),
      reach: this.reach,
      // What another one tells of is the same, also where this process leads by now and still sees it.
      newId: (fingerprint) =>
        elsewhere?.isThere === true ? elsewhere.id : this.nextId(rule.name, fingerprint, at),
    });
    for (const outcome of outcomes) {
      if (isMine) this.logger.debug(detailOf(outcome), nameOf(outcome.alert));
      if (outcome.kind === 'gone') this.alerts.delete(rule.name);
      else {
        this.remember(rule, outcome.alert, isMine);
        if (isMine) this.tell(rule, outcome, at);
      }
    }
  }

  /**
   * Several processes may tell of the same trouble. With one id for it they send the same messages, which a receiver knows
   * again. The day keeps a database that was restored from making it that of an alert from before.
   */
  private nextId(rule: string, fingerprint: string, at: number): string | undefined {
    if (this.newest === undefined) return undefined;
    const before = this.alerts.get(rule)?.id ?? this.newest.get(rule) ?? '';
    return uuidOf(JSON.stringify([fingerprint, before, Math.floor(at / DAY_MS)]));
  }

  private goOnWith(rule: string, alert: StoredAlert): StoredAlert {
    this.sent.add(rule, alert);
    return alert;
  }

  /** Another one goes on with it, and writes it down. */
  private leaveTo(id: string): void {
    this.mine.delete(id);
    this.unwritten.delete(id);
  }

  /** What is over belongs to whoever told of it, and to all others once it is written down. */
  private remember(rule: AlertRule, alert: StoredAlert, isMine: boolean): void {
    const isOver = alert.episode.state === 'resolved';
    if (isOver) this.mine.delete(alert.id);
    else if (isMine) this.mine.add(alert.id);
    if (isOver && !isMine) this.alerts.delete(rule.name);
    else this.alerts.set(rule.name, alert);
  }

  private tell(rule: AlertRule, { alert, tell, suppressed }: Kept, at: number): void {
    if (alert.episode.state !== 'pending') this.unwritten.set(alert.id, { rule, alert });
    if (suppressed !== undefined)
      this.suppressed = [...this.suppressed, { alertId: alert.id, reason: suppressed, at }];
    if (tell === undefined) return;
    this.logger.warn({ alertId: alert.id, transition: tell }, nameOf(alert));
    // It takes minutes where a channel does not answer, and what is looked at meanwhile must not wait.
    const message = messageOf(rule, alert, tell, [alert]);
    this.sent.add(rule.name, alert, message);
    void this.messenger.sendNow(message);
  }

  /**
   * Writes down what happened while nothing could be written, and learns of silences. Who leads also takes up what a
   * process that is gone left of these rules. Call it while the database answers.
   */
  async synchronize(rules: readonly AlertRule[], at: number, leads: boolean): Promise<void> {
    this.silences = await silencesFrom(this.database, new Date(at));
    this.reach = await this.messenger.reach(this.database);
    const names = new Set(rules.map(({ name }) => name));
    for (const name of this.alerts.keys()) if (!names.has(name)) this.alerts.delete(name);
    if (leads) for (const rule of rules) await this.takeOver(rule, at);
    this.orphans.prune(names, at, leads);
    for (const [name, alert] of this.alerts) await this.hear(name, alert);
    for (const remembered of this.unwritten.values()) await this.writeDown(remembered);
    for (const rule of rules) await this.recall(rule, at);
    this.newest = await newestIds(this.database, [...names]);
  }

  /**
   * Somebody may have told of trouble that began at `since` and is over, and have died before he could write it down: as
   * nobody else knows, its end is told. To be called before the first `synchronize` of whoever leads.
   */
  async suspect(rule: AlertRule, observation: Observation, since: number, at: number): Promise<void> {
    if (this.alerts.has(rule.name)) return;
    this.newest ??= await newestIds(this.database, [rule.name]);
    this.evaluate(rule, observation, since, 'looks-on');
    const ripe = since + Math.max(rule.forSeconds * 1000, 1);
    // The database was silent all the time, whoever looked.
    this.evaluate(rule, observation, ripe, 'looks-on', undefined, Number.POSITIVE_INFINITY);
    this.orphan(rule, at);
  }

  /** The database answers: trouble that another process tells of is that one's, and what comes next is new. */
  private async takeOver(rule: AlertRule, at: number): Promise<void> {
    const known = this.alerts.get(rule.name);
    if (known !== undefined && (known.episode.state === 'resolved' || this.mine.has(known.id))) return;
    if (known !== undefined) this.orphan(rule, at);
    const [left] = await this.database.transaction((sql) => lockRule(sql, rule.name, at));
    // Who is still there writes it at each evaluation.
    if (left !== undefined && at - left.evaluatedAt >= this.timing.goneMs) this.adopt(rule.name, left);
    const orphan = await this.orphans.claim(rule.name, at, () => this.alerts.has(rule.name));
    if (orphan !== undefined) this.adopt(rule.name, orphan);
  }

  /** What was over a short while ago the next breach opens again, whoever told of it, and leads by then. */
  private async recall({ name, cooldownSeconds }: AlertRule, at: number): Promise<void> {
    const known = this.alerts.get(name);
    const isNewest =
      known !== undefined && (known.episode.state !== 'resolved' || this.unwritten.has(known.id));
    if (isNewest || this.orphans.has(name)) return;
    const after = at - cooldownSeconds * 1000;
    const [newest] = await this.database.transaction((sql) => lockRule(sql, name, after));
    // The database may have gone away again meanwhile, and been looked at.
    if (newest?.episode.state === 'resolved' && this.alerts.get(name) === known)
      this.alerts.set(name, newest);
  }

  private orphan(rule: AlertRule, since: number): void {
    const alert = this.alerts.get(rule.name);
    this.alerts.delete(rule.name);
    this.orphans.add(rule.name, alert, since);
  }

  private adopt(name: string, alert: StoredAlert): void {
    this.alerts.set(name, this.goOnWith(name, alert));
    this.mine.add(alert.id);
  }

  /** What people said of it. */
  private async hear(name: string, alert: StoredAlert): Promise<void> {
    const at = await acknowledgedAt(this.database, alert.id);
    const known = this.alerts.get(name);
    if (known?.id === alert.id && at !== null)
      this.alerts.set(name, { ...known, told: { ...known.told, acknowledgedAt: at } });
  }

  private async writeDown({ rule, alert }: Remembered): Promise<void> {
    await this.database.transaction(async (sql) => {
      for (const stored of await lockRule(sql, rule.name, alert.evaluatedAt))
        if (stored.id !== alert.id) await writeAlert(sql, superseded(stored, alert));
      await writeAlert(sql, alert);
      for (const { alertId, reason, at } of this.suppressed)
        if (alertId === alert.id) await countSuppressed(sql, alertId, reason, at);
    });
    this.suppressed = this.suppressed.filter(({ alertId }) => alertId !== alert.id);
    // What came in the meantime waits for the next time.
    if (this.unwritten.get(alert.id)?.alert === alert) this.unwritten.delete(alert.id);
  }

  private silencesAt(at: number): readonly Silence[] {
    return this.silences.filter(({ startsAt, endsAt }) => startsAt.getTime() <= at && endsAt.getTime() > at);
  }
}

/** An alert that a process left behind when it ended during the same trouble; the one that went on tells of it. */
function superseded(stored: StoredAlert, by: StoredAlert): StoredAlert {
  return {
    ...stored,
    evaluatedAt: by.evaluatedAt,
    episode: ended(stored.episode, 'no-data', by.startedAt),
  };
}
