import { Injectable } from '@nestjs/common';
import { QueryTimes } from '../../database/query-times.ts';
import { Metrics } from './metrics.ts';
import { OPERATIONS, statementOf } from './statements.ts';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Times every statement of every pool, also of the job queue's. */
@Injectable()
export class QueryMetrics {
  constructor(times: QueryTimes, metrics: Metrics) {
    const durations = metrics.histogram(
      'database_query_duration_seconds',
      'Time from sending a statement to its end, by what it does; that of waiting for a connection is not in it',
      { operation: OPERATIONS },
      { buckets: BUCKETS },
    );
    times.listen((text, milliseconds) =>
      durations.observe({ operation: statementOf(text).operation }, milliseconds / 1000),
    );
  }
}
