import { Injectable, Logger } from '@nestjs/common';
import { ProcessLog } from '../../common/logging/process-log.ts';
import { JobQueue, type WorkedJobs } from '../../database/job-queue.service.ts';
import { QueryTimes } from '../../database/query-times.ts';
import { statementOf } from '../metrics/statements.ts';

/** Lines for who looks closer: each call of a handler of jobs at `debug`, and each statement at `trace`, however fast it was. */
@Injectable()
export class WorkLog {
  private readonly logger = new Logger('Work');

  constructor(
    private readonly log: ProcessLog,
    times: QueryTimes,
    jobs: JobQueue,
  ) {
    jobs.onWorked((worked) => this.hearJobs(worked));
    times.listen((text, milliseconds, error) => this.hearStatement(text, milliseconds, error));
  }

  private hearJobs({ queue, ids, milliseconds }: WorkedJobs): void {
    const fields = { queue, jobId: ids[0], jobs: ids.length, milliseconds: Math.round(milliseconds) };
    this.logger.debug(fields, `work on ${queue} ended`);
  }

  private hearStatement(text: string, milliseconds: number, error: unknown): void {
    // There are thousands in a second, of which nobody reads a line as a rule.
    if (this.log.level !== 'trace') return;
    const { name, operation } = statementOf(text);
    const rounded = Number(milliseconds.toFixed(1));
    this.logger.verbose(
      { operation, milliseconds: rounded, ...(error !== undefined && { failed: true }) },
      name,
    );
  }
}
