import { Module } from '@nestjs/common';
import { DatabaseMetrics } from './database-metrics.ts';
import { DatabaseServerMetrics } from './database-server-metrics.ts';
import { Metrics } from './metrics.ts';
import { QueryMetrics } from './query-metrics.ts';

/** The registry of the process, and what it tells of the database. */
@Module({
  providers: [Metrics, DatabaseMetrics, DatabaseServerMetrics, QueryMetrics],
  exports: [Metrics],
})
export class MetricsModule {}
