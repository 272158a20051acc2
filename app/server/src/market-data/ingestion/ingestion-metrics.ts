import { Injectable } from '@nestjs/common';
import { type CounterMetric, type HistogramMetric, Metrics } from '../../monitoring/metrics/metrics.ts';
import type { RunOutcome } from './execute-run.ts';
import type { ChunkReport } from './run.ts';

const SOURCE = { max: 5 };
const ROWS = { source: SOURCE };
const DISPOSITIONS = { source: SOURCE, disposition: ['rejected', 'held', 'flagged'] } as const;
const OUTCOME = ['completed', 'already-ended', 'paused', 'failed'] as const;
const OUTCOMES = { source: SOURCE, outcome: OUTCOME };

/** What a worker tells of its loads. */
@Injectable()
export class IngestionMetrics {
  private readonly rows: CounterMetric<typeof ROWS>;
  private readonly quarantined: CounterMetric<typeof DISPOSITIONS>;
  private readonly durations: HistogramMetric<typeof OUTCOMES>;

  constructor(metrics: Metrics) {
    this.rows = metrics.counter('ingestion_rows_total', 'Source rows judged and stored or refused', ROWS);
    this.quarantined = metrics.counter(
      'quarantined_rows_total',
      'Source rows refused (rejected), held back (held) or stored with a remark (flagged)',
      DISPOSITIONS,
    );
    this.durations = metrics.histogram(
      'ingestion_duration_seconds',
      'Duration of one attempt at a load',
      OUTCOMES,
      { buckets: [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600] },
    );
  }

  /** Before the first load: that it failed must be an increase. */
  expect(source: string): void {
    this.rows.inc({ source }, 0);
    for (const outcome of OUTCOME) this.durations.zero({ source, outcome });
  }

  attempted(source: string, outcome: RunOutcome['outcome'] | 'failed', seconds: number): void {
    this.durations.observe({ source, outcome }, seconds);
  }

  stored(source: string, { rows, rejected, held, flagged }: ChunkReport): void {
    this.rows.inc({ source }, rows);
    this.quarantined.inc({ source, disposition: 'rejected' }, rejected);
    this.quarantined.inc({ source, disposition: 'held' }, held);
    this.quarantined.inc({ source, disposition: 'flagged' }, flagged);
  }
}
