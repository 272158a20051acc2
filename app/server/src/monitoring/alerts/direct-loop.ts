import { Inject, Injectable, Logger } from '@nestjs/common';
import { STOPWATCH, type Stopwatch } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { messageOf } from '../../common/configuration/errors.ts';
import { ManagementServer } from '../management-server.ts';
import { AlertClock } from './alert-clock.ts';
import { AlertsLease, type Silence } from './alerts-lease.ts';
import { Components } from './components.ts';
import { type ComponentView, observeComponents } from './conditions/component.ts';
import { type Observation, shown } from './conditions/observation.ts';
import { DirectAlerts } from './direct-alerts.ts';
import { directViews, isDirect } from './direct-views.ts';
import { type Duty, dutyAt } from './duty.ts';
import { EngineHealth } from './engine-health.ts';
import { DUTY_PATH, type WorkerAnswer } from './line/answer.ts';
import { ownAddress } from './line/own-address.ts';
import { isWell, type Seen } from './line/seen.ts';
import { WorkerLine } from './line/worker-line.ts';
import type { AlertRule } from './rules/definition.ts';
import { RuleSet } from './rules/rule-set.ts';

/**
 * Looks at the database and the engine from memory, and tells without either: whoever led last does, and where that one
 * does not answer any more the next one in the line.
 */
@Injectable()
export class DirectLoop {
  private readonly logger = new Logger('Alerts');
  /** As they were when the database answered last. */
  private rules: readonly AlertRule[];
  /** When the database said last who leads, or this process began; by the stopwatch. */
  private answeredAt: number;
  private lookedAt = Number.NEGATIVE_INFINITY;
  /** When this process went on after it had stood still, or began; by the stopwatch. */
  private wentOnAt = Number.NEGATIVE_INFINITY;
  private duty: Duty = 'looks-on';
  private isStopping = false;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(STOPWATCH) private readonly stopwatch: Stopwatch,
    private readonly clock: AlertClock,
    private readonly lease: AlertsLease,
    private readonly components: Components,
    private readonly engine: EngineHealth,
    private readonly direct: DirectAlerts,
    private readonly line: WorkerLine,
    private readonly management: ManagementServer,
    rules: RuleSet,
  ) {
    this.answeredAt = stopwatch.ms();
    this.rules = rules.builtin.filter((rule) => rule.isEnabled && isDirect(rule));
    clock.onSet((ms) => direct.shift(ms));
    management.add(DUTY_PATH, () => this.answer());
  }

  get lookMs(): number {
    return this.line.patience.lookMs;
  }

  /** Judges and tells, without the database. */
  async look(): Promise<void> {
    if (this.stoodStill()) this.wentOnAt = this.stopwatch.ms();
    const seen = this.seen();
    if (isWell(seen) && !this.direct.isBusy) this.line.rest();
    else await this.line.ask(seen);
    if (this.line.isLedByAnother) this.lease.lose();
    const duty = this.dutyNow();
    const at = this.clock.now();
    const database = this.components.database();
    const views = directViews({ database, engine: this.engine.state(), isAlone: this.line.isAlone });
    for (const rule of this.rules) {
      const seenNow = observations(rule, views);
      this.logger.verbose({ rule: rule.name, observations: shown(seenNow) }, 'observed');
      for (const observation of seenNow)
        this.direct.evaluate(rule, observation, at, duty, this.line.elsewhere(rule.name));
    }
    this.lookedAt = this.stopwatch.ms();
  }

  /**
   * The database has said who leads: learns the line, and writes down what was told without it.
   * @param silence before this process had the lease for the first time
   * @throws what the database says
   */
  async synchronize(
    rules: readonly AlertRule[],
    leads: boolean,
    silence: Silence | undefined,
  ): Promise<void> {
    this.answeredAt = this.stopwatch.ms();
    this.rules = rules;
    await this.learnLine();
    const at = this.clock.now();
    if (leads && silence !== undefined) await this.suspect(silence, at);
    await this.direct.synchronize(rules, at, leads);
  }

  /** From now on this worker tells the others that it does not look any more. */
  stop(): void {
    this.isStopping = true;
  }

  /** Writes down what was told, for whoever comes next. Call it while the database answers. */
  async leave(): Promise<void> {
    await this.direct.synchronize(this.rules, this.clock.now(), false);
    await this.line.leave();
  }

  private seen(): Seen {
    const database = this.components.database().status;
    if (database === 'down') this.engine.excuse();
    return { database, engine: this.engine.state().status };
  }

  /** What it sees is from before then, until it has looked again. */
  private stoodStill(): boolean {
    const { lookMs, seenMs } = this.line.patience;
    return this.stopwatch.ms() - this.lookedAt > lookMs + seenMs;
  }

  private dutyNow(): Duty {
    const { heldLast } = this.lease;
    const standing = { heldLast, answeredAt: this.answeredAt, asked: this.line.asked() };
    // What only this worker sees nobody else can tell.
    const duty = this.line.isAlone ? 'alone' : dutyAt(this.stopwatch.ms(), standing, this.line.patience);
    if (duty === 'alone' && this.duty !== duty)
      this.logger.warn('no other worker is known to tell of the database or the engine: this one does');
    this.duty = duty;
    return duty;
  }

  /** For the others, who look on for as long as this process does its work. */
  private answer(): WorkerAnswer {
    const at = this.stopwatch.ms();
    const { seenMs, unansweredMs } = this.line.patience;
    const { database, engine } = this.seen();
    const isCurrent = !this.stoodStill() && at - this.wentOnAt >= seenMs;
    return {
      process: this.lease.holder,
      duty: this.duty,
      judges: !this.isStopping && at - this.lookedAt < unansweredMs / 2,
      database,
      // Without it nobody takes this word for all being well.
      ...(isCurrent ? { engine } : {}),
      alerts: this.direct.telling(),
    };
  }

  private async learnLine(): Promise<void> {
    const address = ownAddress(this.configuration.http, this.management.port) ?? null;
    try {
      await this.line.learn({ process: this.lease.holder, address });
    } catch (error) {
      this.logger.warn(`it is not known which other workers there are: ${messageOf(error)}`);
    }
  }

  /** Whoever led was there when the database went away, and nobody has ended that lease in order. */
  private async suspect({ from, to }: Silence, at: number): Promise<void> {
    const observation = {
      labels: { component: 'database' },
      state: 'breached',
      detail: 'no answer; it is not known why',
    } as const;
    for (const rule of this.rules)
      if (isAboutOutage(rule) && to - from >= rule.forSeconds * 1000)
        await this.direct.suspect(rule, observation, from, at);
  }
}

function isAboutOutage({ condition }: AlertRule): boolean {
  return condition.kind === 'component' && condition.component === 'database';
}

/** While the database is down nothing is known of the engine: what is told of it stays, and nothing new is. */
function observations({ condition }: AlertRule, views: readonly ComponentView[]): readonly Observation[] {
  if (condition.kind !== 'component') return [];
  const isDown = views.some(({ component, status }) => component === 'database' && status === 'down');
  const observed = observeComponents(condition, views);
  return isDown && condition.component === 'alerts'
    ? observed.map(({ labels }) => ({ labels, state: 'within' }))
    : observed;
}
