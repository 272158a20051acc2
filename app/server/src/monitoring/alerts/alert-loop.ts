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
import { dutyAt } from './duty.ts';
import { Lease, type Silence, silenceBefore } from '../lease.ts';
import type { AlertRule } from './rules/definition.ts';
import { RuleSet } from './rules/rule-set.ts';

/** How often the database is looked at, from memory. */
const DIRECT_MS = 5_000;
/** Whether a rule is about the database itself, and so must be judged and told without it. */
function isDirect({ condition }: AlertRule): boolean {
  return condition.kind === 'component' && condition.component === 'database';
}

/**
 * The clock of the alert engine. Of all workers the one that holds the lease evaluates; about the database itself goes on
 * whoever held it last, and after a while everybody, as that one may be gone.
 */
@Injectable()
export class AlertLoop implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Alerts');
  private readonly stopping = new AbortController();
  private readonly lease = new Lease('alerts');
  /** When the database said last who leads, or this process began. */
  private answeredAt: number;
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
    private readonly retention: AlertRetention,
  ) {
    this.answeredAt = clock.now().getTime();
    this.directRules = rules.builtin.filter((rule) => rule.isEnabled && isDirect(rule));
  }

  onApplicationBootstrap(): void {
    if (this.configuration.role !== 'worker') return;
    const evaluationMs = this.configuration.monitoring.alerts.evaluationSeconds * 1000;
    this.running = Promise.all([
      this.every(DIRECT_MS, () => this.lookAtDatabase()),
      this.connector.whenReady().then(() => this.every(evaluationMs, () => this.evaluate())),
    ]);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    if (this.lease.heldLast === true && this.components.database().status === 'up')
      await this.lease.release(this.database).catch(() => undefined);
  }

  /** One evaluation of all rules, if this process leads. A rule that fails stops no other. */
  async evaluate(): Promise<void> {
    const silence = this.lease.heldLast === undefined ? await silenceBefore(this.database) : undefined;
    const leads = await this.lease.take(this.database);
    const at = this.clock.now().getTime();
    this.answeredAt = at;
    const rules = await this.rules.all();
    const { sampleSeconds } = this.configuration.monitoring.history;
    const enabled = rules
      .filter(({ isEnabled }) => isEnabled)
      .map((rule) => ruleSampledEvery(rule, sampleSeconds));
    this.directRules = enabled.filter(isDirect);
    await this.attempt('about the database', async () => {
      if (leads && silence !== undefined) await this.suspect(silence, at);
      await this.direct.synchronize(this.directRules, at, leads);
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
  lookAtDatabase(): void {
    const at = this.clock.now().getTime();
    const duty = dutyAt(at, this.lease.heldLast, this.answeredAt);
    const database = this.components.database();
    for (const rule of this.directRules) {
      if (rule.condition.kind !== 'component') continue;
      for (const observation of observeComponents(rule.condition, [database]))
        this.direct.evaluate(rule, observation, at, duty);
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
