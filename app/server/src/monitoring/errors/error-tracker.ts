import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { errorLines } from '../../common/error-lines.ts';
import { offLastWords, onLastWords } from '../../common/last-words.ts';
import { redactText } from '../../common/redaction/redact.ts';
import { DatabaseConnector } from '../../database/connector.ts';
import { DATABASE } from '../../database/database.module.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import type { Database } from '../../database/sql.ts';
import { HealthChecks } from '../health/health-checks.ts';
import { type CounterMetric, Metrics, type NoLabels } from '../metrics/metrics.ts';
import { processName, startedAt } from '../process-identity.ts';
import { PROGRAM_VERSION } from '../program-version.ts';
import { type CountedError, ErrorBuffer } from './error-buffer.ts';
import { forgetSurplus, lostProcess, tellErrors } from './errors.sql.ts';
import { type LoggedError, loggedError } from './logged-error.ts';
import { OutageShadow } from './outage-shadow.ts';

const FLUSH_MS = 5_000;
/** A database that does not answer holds nobody up who leaves. */
const FAREWELL_MS = 1_000;

/**
 * Counts the errors of this process by what is wrong, and writes them down. What it is told are lines of the log, so what
 * fails here is logged as a warning: as an error it would come back.
 */
@Injectable()
export class ErrorTracker implements OnApplicationBootstrap, BeforeApplicationShutdown, OnModuleDestroy {
  private readonly buffer: ErrorBuffer;
  private readonly process: string;
  private readonly counted: CounterMetric<{
    level: readonly ['error', 'fatal'];
    outcome: readonly ['kept', 'overflow'];
  }>;
  private readonly newOnes: CounterMetric<{ reason: readonly ['new', 'regressed'] }>;
  private readonly inOutage: CounterMetric<NoLabels>;
  private readonly shadow = new OutageShadow();
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(DATABASE) private readonly database: Database,
    private readonly connector: DatabaseConnector,
    private readonly queries: PeriodicQueries,
    private readonly checks: HealthChecks,
    metrics: Metrics,
  ) {
    this.process = processName(configuration.role);
    this.buffer = new ErrorBuffer(this.process);
    this.counted = metrics.counter(
      'tracked_errors_total',
      'Errors by level; overflow: of too many kinds between two writings, and not told apart; of those that waited they are counted as kept, too',
      { level: ['error', 'fatal'], outcome: ['kept', 'overflow'] },
    );
    this.newOnes = metrics.counter(
      'new_errors_total',
      'Kinds of errors that were never seen before, or only in an outage of the database (new), or came back after they were resolved (regressed)',
      { reason: ['new', 'regressed'] },
    );
    for (const reason of ['new', 'regressed'] as const) this.newOnes.inc({ reason }, 0);
    this.inOutage = metrics.counter(
      'new_errors_in_outage_total',
      'Kinds of errors that were new or came back while the database was away, or within a minute before or after: as a rule what that brought',
      {},
    );
    errorLines.listen(this.hear);
    onLastWords(this.sayLast);
  }

  onApplicationBootstrap(): void {
    void this.missPredecessor();
    this.queries.repeat(FLUSH_MS, 'errors', () => this.flush());
  }

  /** What goes wrong after this is in the log alone. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stop();
    if (!this.connector.isReady) return;
    await Promise.race([this.flush().catch(() => undefined), sleep(FAREWELL_MS, undefined, { ref: false })]);
  }

  onModuleDestroy(): void {
    offLastWords(this.sayLast);
  }

  /** Writes down what was counted since the last time. @throws what the database says; nothing is lost by it */
  flush(): Promise<void> {
    // One after the other: two at once could put back in the wrong order.
    const flushed = this.flushing.then(() => this.write());
    this.flushing = flushed.catch(() => undefined);
    return flushed;
  }

  private async write(): Promise<void> {
    this.shadow.found(this.checks.stateOf('database')?.status !== 'down', Date.now());
    const errors = this.buffer.take();
    if (errors.length === 0) return;
    const news = await this.tellAll(errors);
    for (const { reason, isTold } of news)
      if (isTold) this.newOnes.inc({ reason });
      else this.inOutage.inc({});
    // At once: 200 kinds every 5 s that somebody makes up are more within an hour than a table should hold.
    if (news.some(({ reason }) => reason === 'new')) await forgetSurplus(this.database);
  }

  private async tellAll(errors: readonly CountedError[]): ReturnType<typeof tellErrors> {
    try {
      return await tellErrors(this.database, errors, PROGRAM_VERSION, (at) => this.shadow.covers(at));
    } catch (error) {
      this.shadow.sign(Date.now());
      for (const { newest, count } of this.buffer.putBack(errors))
        this.counted.inc({ level: newest.level, outcome: 'overflow' }, count);
      throw error;
    }
  }

  private readonly hear = (line: string): void => {
    const error = loggedError(line);
    // Others that live in the same process have their own.
    if (error?.role === this.configuration.role) this.add(error);
  };

  private add(error: LoggedError): void {
    const outcome = this.buffer.add(error) ? 'kept' : 'overflow';
    this.counted.inc({ level: error.level, outcome });
  }

  private readonly sayLast = async (): Promise<void> => {
    // Whoever speaks now, the log has written its line of it afterwards, and with that it is counted.
    await Promise.resolve();
    if (this.connector.isReady) await this.flush();
  };

  /** In a pod a process has the name of the one before it, which takes its word with it when it ends in order. */
  private async missPredecessor(): Promise<void> {
    await this.connector.whenReady();
    const at = await lostProcess(this.database, this.process, startedAt).catch(() => undefined);
    if (at !== undefined) this.tell(new ProcessLost(), at);
  }

  /** What no line of the log tells. */
  private tell({ name, message, stack }: Error, time: Date): void {
    const err = { type: name, message, stack };
    const line = { level: 'fatal', time, role: this.configuration.role, context: 'Process', err };
    this.hear(redactText(JSON.stringify(line)));
  }

  private stop(): void {
    errorLines.unlisten(this.hear);
  }
}

/** What the process before this one could not say. */
class ProcessLost extends Error {
  override readonly name = 'ProcessLost';

  constructor() {
    super(
      'the process before this one ended without closing: an exception that nobody caught (then it is among these errors), no memory left, or it was killed; `kubectl describe pod` says which',
    );
    // The stack would be that of who misses it.
    this.stack = `${this.name}: ${this.message}`;
  }
}
