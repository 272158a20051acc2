import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { ProcessLog } from '../../common/logging/process-log.ts';
import { DatabaseConnector } from '../../database/connector.ts';
import { DATABASE } from '../../database/database.module.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import type { Database } from '../../database/sql.ts';
import { processName } from '../process-identity.ts';
import { FORGET, LEAVE, ORDERED, TELL } from './log-levels.sql.ts';

interface Ordered {
  readonly level: string;
  readonly secondsLeft: number;
}

/** An order holds everywhere within this time. */
const LOOK_MS = 5_000;
/** What has not changed is told so often. */
const TELL_MS = 15_000;

/**
 * Keeps the level of this process's log at what was ordered for its role, until that ends, by itself and by the clock of
 * this process: a database that is away by then holds nothing up, and what is ordered goes on holding while it is.
 */
@Injectable()
export class LogLevels implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly process: string;
  private ending: NodeJS.Timeout | undefined;
  private told: { readonly level: string; readonly at: number } | undefined;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(DATABASE) private readonly database: Database,
    private readonly connector: DatabaseConnector,
    private readonly queries: PeriodicQueries,
    private readonly log: ProcessLog,
  ) {
    this.process = processName(configuration.role);
  }

  onApplicationBootstrap(): void {
    this.queries.repeat(LOOK_MS, 'level of the log', () => this.look());
    this.queries.hourly('processes and their levels', () => this.database.query(FORGET));
  }

  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.ending);
    if (this.connector.isReady) await this.database.query(LEAVE, [this.process]).catch(() => undefined);
  }

  /** Takes over what is ordered now, and tells what holds. @throws what the database says */
  async look(): Promise<void> {
    const { role } = this.configuration;
    const [ordered] = await this.database.query<Ordered>(ORDERED, [role]);
    this.take(ordered);
    const { level, configured } = this.log;
    const now = performance.now();
    if (this.told !== undefined && this.told.level === level && now - this.told.at < TELL_MS - LOOK_MS / 2)
      return;
    await this.database.query(TELL, [this.process, role, level, configured]);
    this.told = { level, at: now };
  }

  private take(ordered: Ordered | undefined): void {
    clearTimeout(this.ending);
    this.set(ordered?.level ?? this.log.configured);
    if (ordered === undefined) return;
    this.ending = setTimeout(() => this.set(this.log.configured), ordered.secondsLeft * 1000);
    this.ending.unref();
  }

  private set(level: string): void {
    const before = this.log.level;
    if (level === before) return;
    this.log.setLevel(level);
    this.log.writeAlways({ context: 'LogLevel', before, now: level }, 'the level of the log changed');
  }
}
