import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { DatabaseConnector } from '../../database/connector.ts';
import type { CachedCheck } from './cached-check.ts';
import { PlatformChecks } from './platform-checks.ts';
import { ShutdownState } from './shutdown-state.ts';

export interface HealthReport {
  readonly healthy: boolean;
  /** Details for the management port; never for the public one. */
  readonly details: object;
}

/** What the probes ask. */
@Injectable()
export class HealthService {
  private started = false;

  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly connector: DatabaseConnector,
    private readonly shutdown: ShutdownState,
    private readonly platform: PlatformChecks,
  ) {}

  /** The event loop turns. Never the database: restarting this process mends no database. */
  live(): HealthReport {
    return { healthy: true, details: { status: 'ok' } };
  }

  /** From memory: what stands behind it is looked at in the background, however many ask. */
  ready(): Promise<HealthReport> {
    return this.run([
      () => this.lifecycle(),
      () => this.component(this.platform.database),
      () => this.component(this.platform.schema),
    ]);
  }

  /** Configuration is loaded (or this process would not run), the database answered once with the right schema. */
  async startup(): Promise<HealthReport> {
    if (this.started) return { healthy: true, details: { status: 'ok' } };
    const report = await this.run([() => this.start()]);
    this.started = report.healthy;
    return report;
  }

  private lifecycle(): HealthIndicatorResult {
    const check = this.indicators.check('lifecycle');
    return this.shutdown.isShuttingDown ? check.down('shutting down') : check.up();
  }

  private start(): HealthIndicatorResult {
    const check = this.indicators.check('start');
    return this.connector.isReady ? check.up() : check.down(this.connector.obstacle);
  }

  private async component(cached: CachedCheck): Promise<HealthIndicatorResult> {
    const check = this.indicators.check(cached.component);
    const { status, message, details } = await cached.fresh();
    return status === 'down' ? check.down({ message, ...details }) : check.up(details);
  }

  private async run(
    checks: (() => HealthIndicatorResult | Promise<HealthIndicatorResult>)[],
  ): Promise<HealthReport> {
    try {
      return { healthy: true, details: await this.health.check(checks) };
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      return { healthy: false, details: Object(error.getResponse()) };
    }
  }
}
