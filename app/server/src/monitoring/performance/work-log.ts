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

  /** Which queue and job it is the scope says, as in all lines of a job. */
  private hearJobs({ ids, milliseconds, hasFailed }: WorkedJobs): void {
    const fields = { jobs: ids.length, milliseconds: Math.round(milliseconds), failed: hasFailed };
    this.logger.debug(fields, 'a handler has ended');
  }

  private hearStatement(text: string, milliseconds: number, error: unknown): void {
    // There are thousands in a second, of which nobody reads a line as a rule.
    if (!this.log.tells('trace')) return;
    const { name, operation } = statementOf(text);
    const fields = { operation, milliseconds: Number(milliseconds.toFixed(1)), failed: error !== undefined };
    this.logger.verbose(fields, name);
  }
}
