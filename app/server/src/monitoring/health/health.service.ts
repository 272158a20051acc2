import { Inject, Injectable, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { DatabaseConnector } from '../../database/connector.ts';
import { EXPECTED_SCHEMA_VERSION } from '../../database/migrations/index.ts';
import { ShutdownState } from './shutdown-state.ts';

const PING_TIMEOUT_MS = 1_000;
/** Several probes and replicas ask; one answer serves them all. */
const CACHE_MS = 2_000;

export interface HealthReport {
  readonly healthy: boolean;
  /** Details for the management port; never for the public one. */
  readonly details: object;
}

@Injectable()
export class HealthService {
  private started = false;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly checks: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly connector: DatabaseConnector,
    private readonly shutdown: ShutdownState,
  ) {}

  /** The event loop turns. Never the database: restarting this process mends no database. */
  live(): HealthReport {
    return { healthy: true, details: { status: 'ok' } };
  }

  ready(): Promise<HealthReport> {
    return this.run([() => this.lifecycle(), () => this.database(), () => this.schema()]);
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

  private async database(): Promise<HealthIndicatorResult> {
    return this.indicators
      .check('database')
      .attempt(async () => {
        if (!this.connector.isReady) throw new Error(this.connector.obstacle);
        await this.dataSource.query('SELECT 1');
      })
      .withTimeout(PING_TIMEOUT_MS)
      .cacheFor(CACHE_MS);
  }

  private async schema(): Promise<HealthIndicatorResult> {
    return this.indicators
      .check('schema')
      .attempt(async () => {
        if (!this.connector.isReady) throw new Error(this.connector.obstacle);
        const version = await this.connector.schemaVersion();
        if (version < EXPECTED_SCHEMA_VERSION)
          throw new Error(`schema version ${version}, ${EXPECTED_SCHEMA_VERSION} is needed`);
        return { version, expected: EXPECTED_SCHEMA_VERSION };
      })
      .withTimeout(PING_TIMEOUT_MS)
      .cacheFor(CACHE_MS);
  }

  private async run(
    checks: (() => HealthIndicatorResult | Promise<HealthIndicatorResult>)[],
  ): Promise<HealthReport> {
    try {
      return { healthy: true, details: await this.checks.check(checks) };
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      return { healthy: false, details: Object(error.getResponse()) };
    }
  }
}
