import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { messageOf } from '../../common/configuration/errors.ts';
import { inTurn } from '../../common/tracing/job-scope.ts';
import { DatabaseConnector } from '../../database/connector.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { AlertEngine } from './alert-engine.ts';
import { AlertRetention } from './alert-retention.ts';
import { observeComponents } from './conditions/component.ts';
import { Observer } from './conditions/observer.ts';
import { ruleSampledEvery } from './conditions/sampling.ts';
import { Components } from './components.ts';
import { DirectAlerts } from './direct-alerts.ts';
import { type Duty, dutyAt } from './duty.ts';
import { DUTY_PATH, type WorkerAnswer } from './line/answer.ts';
import { ownAddress } from './line/own-address.ts';
import { WorkerLine } from './line/worker-line.ts';
import { Lease, type Silence, silenceBefore } from '../lease.ts';
import { ManagementServer } from '../management-server.ts';
import type { AlertRule } from './rules/definition.ts';
import { RuleSet } from './rules/rule-set.ts';

/** Evaluations that a worker may miss before what it tells of is taken up by another one. */
const MISSED = 3;

/** Whether a rule is about the database itself, and so must be judged and told without it. */
function isDirect({ condition }: AlertRule): boolean {
  return condition.kind === 'component' && condition.component === 'database';
}

/**
 * The clock of the alert engine. Of all workers the one that holds the lease evaluates; about the database itself goes on
 * whoever held it last, and where that one does not answer any more the next one in the line.
 */
@Injectable()
export class AlertLoop implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Alerts');
  private readonly stopping = new AbortController();
  private readonly lease: Lease;
  /** When the database said last who leads, or this process began. */
  private answeredAt: number;
  private lookedAt = 0;
  private duty: Duty = 'looks-on';
  private running: Promise<unknown> = Promise.resolve();
  /** As they were when the database answered last. */
  private directRules: readonly AlertRule[];

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    private readonly components: Components,
    private readonly connector: DatabaseConnector,
    private readonly rules: RuleSet,
    private readonly observer: Observer,
    private readonly engine: AlertEngine,
    private readonly direct: DirectAlerts,
    private readonly line: WorkerLine,
    private readonly management: ManagementServer,
    private readonly retention: AlertRetention,
  ) {
    // It holds over an evaluation that is late.
    this.lease = new Lease('alerts', 2 * configuration.monitoring.alerts.evaluationSeconds + 5);
    this.answeredAt = clock.now().getTime();
    this.directRules = rules.builtin.filter((rule) => rule.isEnabled && isDirect(rule));
    management.add(DUTY_PATH, () => this.answer());
  }

  onApplicationBootstrap(): void {
    if (this.configuration.role !== 'worker') return;
    const evaluationMs = this.configuration.monitoring.alerts.evaluationSeconds * 1000;
    this.running = Promise.all([
      this.every(this.line.patience.lookMs, () => this.lookAtDatabase()),
      this.connector.whenReady().then(() => this.every(evaluationMs, () => this.evaluate())),
    ]);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    if (this.lease.heldLast === undefined || this.components.database().status !== 'up') return;
    await this.line.leave().catch(() => undefined);
    if (this.lease.heldLast) await this.lease.release(this.database).catch(() => undefined);
  }

  /** One evaluation of all rules, if this process leads. A rule that fails stops no other. */
  async evaluate(): Promise<void> {
    const silence =
      this.lease.heldLast === undefined ? await silenceBefore(this.database, this.lease.seconds) : undefined;
    const leads = await this.lease.take(this.database);
    const at = this.clock.now().getTime();
    this.answeredAt = at;
    const rules = await this.rules.all();
    const { sampleSeconds } = this.configuration.monitoring.history;
    const enabled = rules
      .filter(({ isEnabled }) => isEnabled)
      .map((rule) => ruleSampledEvery(rule, sampleSeconds));
    this.directRules = enabled.filter(isDirect);
    await this.learnLine();
    await this.attempt('about the database', async () => {
      if (leads && silence !== undefined) await this.suspect(silence, at);
      await this.direct.synchronize(
        this.directRules,
        at,
        leads,
        MISSED * this.configuration.monitoring.alerts.evaluationSeconds,
      );
    });
    if (!leads) return;
    const active = await this.engine.rulesWithAlerts();
    for (const rule of enabled.filter((one) => !isDirect(one)))
      await this.attempt(rule.name, () => this.evaluateRule(rule, active.has(rule.name)));
    const names = new Set(enabled.map(({ name }) => name));
    for (const name of active)
      if (!names.has(name))
        await this.attempt(name, () =>
          this.engine.retire(rules.find((rule) => rule.name === name) ?? { name }, at),
        );
    await this.retention.sweep(at);
  }

  /** Whether the database answers, judged and told without it. */
  async lookAtDatabase(): Promise<void> {
    const { status } = this.components.database();
    if (status === 'up' && !this.direct.isBusy) this.line.rest();
    else await this.line.ask(status);
    const at = this.clock.now().getTime();
    const duty = this.dutyNow(at);
    const database = this.components.database();
    for (const rule of this.directRules) {
      if (rule.condition.kind !== 'component') continue;
      for (const observation of observeComponents(rule.condition, [database]))
        this.direct.evaluate(rule, observation, at, duty, this.line.elsewhere(rule.name, at));
    }
    this.lookedAt = at;
  }

  private dutyNow(at: number): Duty {
    const standing = {
      heldLast: this.lease.heldLast,
      answeredAt: this.answeredAt,
      asked: this.line.asked(),
    };
    const duty = dutyAt(at, standing, this.line.patience);
    if (duty === 'alone' && this.duty !== duty)
      this.logger.warn('no other worker is known to tell of the database: this one does');
    this.duty = duty;
    return duty;
  }

  /** For the others, who look on for as long as this process does its work. */
  private answer(): WorkerAnswer {
    const sinceLook = this.clock.now().getTime() - this.lookedAt;
    return {
      process: this.lease.holder,
      duty: this.duty,
      judges: !this.stopping.signal.aborted && sinceLook < this.line.patience.unansweredMs / 2,
      database: this.components.database().status,
      alerts: this.direct.telling(),
    };
  }

  private async learnLine(): Promise<void> {
    const address = ownAddress(this.configuration.http, this.management.port) ?? null;
    const { evaluationSeconds } = this.configuration.monitoring.alerts;
    try {
      await this.line.learn({ process: this.lease.holder, address }, evaluationSeconds);
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
    for (const rule of this.directRules)
      if (to - from >= rule.forSeconds * 1000) await this.direct.suspect(rule, observation, from, at);
  }

  private async evaluateRule(rule: AlertRule, hasAlerts: boolean): Promise<void> {
    const at = this.clock.now().getTime();
    const observations = (await this.observer.observe(rule.condition, at)).filter(
      // What is told without the database is not told with it as well.
      ({ labels }) => rule.condition.kind !== 'component' || labels['component'] !== 'database',
    );
    if (hasAlerts || observations.some(({ state }) => state === 'breached'))
      await this.engine.evaluate(rule, observations, at);
  }

  private async attempt(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.logger.error({ err: error }, `the rule ${name} was not evaluated`);
    }
  }

  private async every(intervalMs: number, work: () => Promise<void> | void): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await inTurn('alerts', work);
      } catch (error) {
        this.logger.warn(`alerts were not evaluated: ${messageOf(error)}`);
      }
      await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
