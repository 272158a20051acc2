import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import { Metrics } from '../../monitoring/metrics/metrics.ts';

interface OpenRows {
  readonly source: string;
  readonly dataset: string;
  readonly disposition: 'rejected' | 'held' | 'flagged';
  readonly count: number;
}

const REFRESH_MS = 60_000;
const OPEN_ROWS = `
  SELECT source, dataset, disposition, count(*)::int AS count FROM app.quarantine
   WHERE resolution IS NULL GROUP BY source, dataset, disposition`;

/** How many rows wait for a decision. The worker's: every server would report the same again. */
@Injectable()
export class QuarantineMetrics implements OnApplicationBootstrap {
  constructor(
    private readonly queries: PeriodicQueries,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    const open = this.queries.figures(REFRESH_MS, 'counts of quarantined rows', (sql) =>
      sql.query<OpenRows>(OPEN_ROWS),
    );
    this.metrics.observableGauge(
      'quarantine_open_rows',
      'Quarantined rows that nobody has decided about',
      { source: { max: 5 }, dataset: { max: 10 }, disposition: ['rejected', 'held', 'flagged'] },
      (set) => {
        for (const { count, ...labels } of open()) set(labels, count);
      },
    );
  }
}
