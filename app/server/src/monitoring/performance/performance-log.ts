import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Request } from 'express';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { contextOf, currentRequest, type RequestContext } from '../../common/request-context.ts';
import { currentTrace } from '../../common/tracing/scope.ts';
import { DatabaseConnector } from '../../database/connector.ts';
import { DATABASE } from '../../database/database.module.ts';
import { JobQueue, type WorkedJobs } from '../../database/job-queue.service.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import { QueryTimes } from '../../database/query-times.ts';
import type { Database } from '../../database/sql.ts';
import { statementOf } from '../metrics/statements.ts';
import { processName } from '../process-identity.ts';
import { EventLoopWatch, type LoopDelays } from './event-loop-watch.ts';
import { tellSlow } from './performance.sql.ts';
import { type SlowRecord, SlowRecordBuffer } from './slow-records.ts';

const FLUSH_MS = 5_000;
const FAREWELL_MS = 1_000;

/** A line of the log and a row for what took longer than `monitoring.slow` says: statements, routes, jobs, the event loop. */
@Injectable()
export class PerformanceLog implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Performance');
  private readonly buffer = new SlowRecordBuffer();
  private readonly slow: Configuration['monitoring']['slow'];
  private readonly eventLoop: EventLoopWatch;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    private readonly connector: DatabaseConnector,
    private readonly queries: PeriodicQueries,
    times: QueryTimes,
    jobs: JobQueue,
  ) {
    this.slow = configuration.monitoring.slow;
    times.listen((text, milliseconds, error) => this.hearStatement(text, milliseconds, error));
    jobs.onWorked((worked) => this.hearJob(worked));
    this.eventLoop = new EventLoopWatch((delays) => this.hearLoop(delays));
  }

  onApplicationBootstrap(): void {
    this.eventLoop.start();
    this.queries.repeat(FLUSH_MS, 'slow records', () => this.flush());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.eventLoop.stop();
    if (!this.connector.isReady) return;
    await Promise.race([this.flush().catch(() => undefined), sleep(FAREWELL_MS, undefined, { ref: false })]);
  }

  /** Hears of each request when its answer has ended. */
  readonly request = (request: Request, route: string, milliseconds: number): void => {
    if (milliseconds <= this.slow.routeMilliseconds) return;
    const status = request.res?.statusCode;
    this.record(
      { kind: 'route', name: `${request.method} ${route}`, milliseconds, detail: { status } },
      contextOf(request),
    );
  };

  /** Writes down what was told since the last time. @throws what the database says; nothing is lost by it */
  async flush(): Promise<void> {
    const records = this.buffer.take();
    if (records.length === 0) return;
    const { role } = this.configuration;
    try {
      await tellSlow(this.database, records, { process: processName(role), role });
    } catch (error) {
      this.buffer.putBack(records);
      throw error;
    }
  }

  private hearStatement(text: string, milliseconds: number, error: unknown): void {
    if (milliseconds <= this.slow.queryMilliseconds) return;
    const { name, operation, text: statement } = statementOf(text);
    const detail = { operation, statement, ...(error !== undefined && { failed: true }) };
    this.record({ kind: 'query', name, milliseconds, detail }, currentRequest());
  }

  private hearJob({ queue, ids, milliseconds }: WorkedJobs): void {
    if (milliseconds <= this.slow.jobSeconds * 1000) return;
    this.record(
      { kind: 'job', name: queue, milliseconds, detail: { jobId: ids[0], jobs: ids.length } },
      undefined,
    );
  }

  private hearLoop({ maxMs, p99Ms, windowSeconds }: LoopDelays): void {
    if (maxMs <= this.slow.eventLoopMilliseconds) return;
    const detail = { p99Milliseconds: Math.round(p99Ms), windowSeconds };
    this.record({ kind: 'event-loop', name: 'event-loop', milliseconds: maxMs, detail }, undefined);
  }

  private record(slow: Omit<SlowRecord, 'at'>, context: RequestContext | undefined): void {
    const { requestId } = context ?? {};
    const { traceId } = context?.trace ?? currentTrace() ?? {};
    const record = {
      ...slow,
      milliseconds: Math.round(slow.milliseconds),
      at: this.clock.now(),
      requestId,
      traceId,
    };
    const heldBack = this.buffer.add(record);
    if (heldBack === undefined) return;
    const { kind, name, milliseconds, detail } = record;
    const performance = { kind, name, milliseconds, ...detail, ...(heldBack > 0 && { heldBack }) };
    this.logger.warn({ performance, requestId }, `slow ${kind}: ${name} took ${milliseconds} ms`);
  }
}
