import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { EXPECTED_SCHEMA_VERSION } from '../../database/migrations/index.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import { poolStateOf } from '../../database/pool-state.ts';
import { Metrics } from './metrics.ts';

interface JobCount {
  readonly queue: string;
  readonly state: string;
  readonly count: number;
}

const REFRESH_MS = 15_000;
const JOBS = 'SELECT name AS queue, state::text AS state, count(*)::int AS count FROM jobs.job GROUP BY 1, 2';

/** Each queue, also the one in which nothing waits: a series that comes and goes tells nothing. */
const WAITING = `
  SELECT queue.name AS queue,
         coalesce(extract(epoch FROM now() - min(greatest(job.start_after, job.created_on)))::float8, 0) AS seconds
    FROM jobs.queue AS queue
    LEFT JOIN jobs.job AS job
      ON job.name = queue.name AND job.state IN ('created', 'retry') AND job.start_after <= now()
   WHERE queue.name NOT LIKE '\\_\\_%' GROUP BY queue.name`;

interface Waiting {
  readonly queue: string;
  readonly seconds: number;
}

/** Gauges about the pool and the job queue. */
@Injectable()
export class DatabaseMetrics implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly queries: PeriodicQueries,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    const { role } = this.configuration;
    this.metrics.observableGauge(
      'build_info',
      'Always 1; the labels say what runs',
      { role: { max: 1 }, schema_version: { max: 1 } },
      (set) => set({ role, schema_version: String(EXPECTED_SCHEMA_VERSION) }, 1),
    );
    this.metrics.observableGauge(
      'database_pool_connections',
      'Connections of the pool, and requests waiting for one',
      { state: ['total', 'idle', 'waiting'] },
      (set) => {
        const { total, idle, waiting } = poolStateOf(this.dataSource);
        set({ state: 'total' }, total);
        set({ state: 'idle' }, idle);
        set({ state: 'waiting' }, waiting);
      },
    );
    this.metrics.observableGauge(
      'query_age_seconds',
      'Age of the newest answer to a query that is repeated for metrics; after five minutes they are missing',
      { query: { max: 30 } },
      (set) => {
        for (const { what, seconds } of this.queries.ages()) set({ query: what }, seconds);
      },
    );
    // One kind of process reads what is common to all, or every replica would report it again.
    if (role !== 'worker') return;
    const jobs = this.queries.figures(REFRESH_MS, 'job counts', (sql) => sql.query<JobCount>(JOBS));
    this.metrics.observableGauge(
      'jobs',
      'Jobs stored, by queue and state',
      { queue: { max: 20 }, state: { max: 8 } },
      (set) => {
        for (const { count, ...labels } of jobs()) set(labels, count);
      },
    );
    const waiting = this.queries.figures(REFRESH_MS, 'waiting jobs', (sql) => sql.query<Waiting>(WAITING));
    this.metrics.observableGauge(
      'jobs_oldest_waiting_seconds',
      'How long the oldest job of a queue that is due has waited; 0: none is',
      { queue: { max: 20 } },
      (set) => {
        for (const { queue, seconds } of waiting()) set({ queue }, seconds);
      },
    );
  }
}
