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
import { AlertClock } from './alert-clock.ts';
import { AlertEngine } from './alert-engine.ts';
import { AlertRetention } from './alert-retention.ts';
import { AlertTiming } from './alert-timing.ts';
import { AlertsLease, type Silence, silenceBefore } from './alerts-lease.ts';
import { Components } from './components.ts';
import { shown } from './conditions/observation.ts';
import { Observer } from './conditions/observer.ts';
import { ruleSampledEvery } from './conditions/sampling.ts';
import { DirectLoop } from './direct-loop.ts';
import { isDirect } from './direct-views.ts';
import { EngineHealth, type Evaluation, type Failure } from './engine-health.ts';
import type { AlertRule } from './rules/definition.ts';
import { RuleSet } from './rules/rule-set.ts';

/** What the end of a process waits for, where the database is slow. */
const FAREWELL_MS = 5_000;

/** The clock of the alert engine. Of all workers the one that holds the lease judges the rules. */
@Injectable()
export class AlertLoop implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Alerts');
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();
  /** Before this process led; until it is known what was told in it. */
  private silence: Silence | undefined;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(CLOCK) private readonly wallClock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: AlertClock,
    private readonly timing: AlertTiming,
    private readonly lease: AlertsLease,
    private readonly components: Components,
    private readonly connector: DatabaseConnector,
    private readonly rules: RuleSet,
    private readonly observer: Observer,
    private readonly engine: AlertEngine,
    private readonly health: EngineHealth,
    private readonly direct: DirectLoop,
    private readonly retention: AlertRetention,
  ) {}

  onApplicationBootstrap(): void {
    if (this.configuration.role !== 'worker') return;
    this.running = Promise.all([
      this.every(this.direct.lookMs, () => this.direct.look()),
      this.untilReady().then(() => this.every(this.timing.evaluationMs, () => this.turn())),
    ]);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    this.direct.stop();
    await Promise.race([this.leave(), sleep(FAREWELL_MS, undefined, { ref: false })]);
  }

  /** One evaluation of all rules, if this process leads. A rule that fails stops no other. */
  async evaluate(): Promise<Evaluation> {
    const { lease } = this;
    if (lease.heldLast === undefined) this.silence = await silenceBefore(this.database, lease.seconds);
    const leads = await lease.take(this.database);
    await this.clock.set();
    const all = await this.rules.all();
    const { sampleSeconds } = this.configuration.monitoring.history;
    const enabled = all
      .filter(({ isEnabled }) => isEnabled)
      .map((rule) => ruleSampledEvery(rule, sampleSeconds));
    const work = [
      {
        what: 'what is told without the database',
        judge: async () => {
          await this.direct.synchronize(enabled.filter(isDirect), leads, this.silence);
          this.silence = undefined;
        },
      },
      ...(leads ? await this.stored(all, enabled) : []),
    ];
    const failures: Failure[] = [];
    for (const { what, judge } of work) {
      const why = await this.attempt(what, judge);
      if (why !== undefined) failures.push({ what, why });
    }
    if (leads) await this.attempt('what is old', () => this.retention.sweep(this.clock.now()));
    return { count: work.length, failures };
  }

  private async turn(): Promise<void> {
    try {
      this.health.ended(await this.evaluate());
    } catch (error) {
      this.health.broke(messageOf(error));
      throw error;
    }
  }

  /** What is judged with the database: the rules, and the end of what is left of those that are gone or switched off. */
  private async stored(
    all: readonly AlertRule[],
    enabled: readonly AlertRule[],
  ): Promise<{ readonly what: string; readonly judge: () => Promise<void> }[]> {
    const active = await this.engine.rulesWithAlerts();
    const names = new Set(enabled.map(({ name }) => name));
    return [
      ...enabled
        .filter((rule) => !isDirect(rule))
        .map((rule) => ({
          what: rule.name,
          judge: () => this.evaluateRule(rule, active.has(rule.name)),
        })),
      ...[...active]
        .filter((name) => !names.has(name))
        .map((name) => ({
          what: name,
          judge: () =>
            this.engine.retire(all.find((rule) => rule.name === name) ?? { name }, this.clock.now()),
        })),
    ];
  }

  private async evaluateRule(rule: AlertRule, hasAlerts: boolean): Promise<void> {
    // Samples have the time of the machines that took them, alerts that of the database.
    const sampledUntil = this.wallClock.now().getTime();
    const at = this.clock.now();
    const observations = (await this.observer.observe(rule.condition, sampledUntil)).filter(
      // What is told without the database is not told with it as well.
      ({ labels }) => rule.condition.kind !== 'component' || labels['component'] !== 'database',
    );
    this.logger.verbose({ rule: rule.name, observations: shown(observations) }, 'observed');
    if (hasAlerts || observations.some(({ state }) => state === 'breached'))
      await this.engine.evaluate(rule, observations, at);
  }

  private async untilReady(): Promise<void> {
    const { signal } = this.stopping;
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    await Promise.race([this.connector.whenReady(), stopped]);
    this.health.begin();
  }

  /** What runs may take the lease again, so it ends first; what was told is written down for whoever comes next. */
  private async leave(): Promise<void> {
    await this.running;
    if (this.lease.heldLast === undefined || this.components.database().status !== 'up') return;
    await this.attempt('what is told without the database', () => this.direct.leave());
    if (this.lease.heldLast) await this.attempt('the lease', () => this.lease.release(this.database));
  }

  /** @returns why it failed; undefined: it did not */
  private async attempt(what: string, work: () => Promise<void>): Promise<string | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      this.logger.error({ err: error }, `alerts, ${what}: not done`);
      return messageOf(error);
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
