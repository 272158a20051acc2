import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const PREFIX = 'stock_analysis_';

/**
 * All metrics of the process in one place, and the only file that knows the client library (it is being renamed).
 * Names that the field has already (`http_request_…`, `process_…`, `nodejs_…`) keep them; ours carry the prefix.
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly registers = [this.registry];

  readonly httpDuration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer a request, by route template',
    labelNames: ['method', 'route'] as const,
    registers: this.registers,
  });

  readonly httpRequests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered, by route template and class of status',
    labelNames: ['method', 'route', 'status_class'] as const,
    registers: this.registers,
  });

  readonly httpInFlight = new Gauge({
    name: 'http_requests_in_flight',
    help: 'Requests being answered',
    registers: this.registers,
  });

  readonly ingestionRows = new Counter({
    name: `${PREFIX}ingestion_rows_total`,
    help: 'Source rows judged and stored or refused',
    labelNames: ['source'] as const,
    registers: this.registers,
  });

  readonly quarantinedRows = new Counter({
    name: `${PREFIX}quarantined_rows_total`,
    help: 'Source rows refused (rejected) or stored with a remark (flagged)',
    labelNames: ['source', 'disposition'] as const,
    registers: this.registers,
  });

  readonly ingestionDuration = new Histogram({
    name: `${PREFIX}ingestion_duration_seconds`,
    help: 'Duration of one attempt at a load',
    labelNames: ['source', 'outcome'] as const,
    buckets: [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600],
    registers: this.registers,
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** A gauge that reads its values when it is scraped; `read` must answer at once. */
  gauge(name: string, help: string, labelNames: readonly string[], read: (set: SetGauge) => void): void {
    const gauge: Gauge = new Gauge({
      name: PREFIX + name,
      help,
      labelNames: [...labelNames],
      registers: this.registers,
      collect: () => {
        // Series that have no value any more must not keep their last one.
        gauge.reset();
        read((labels, value) => gauge.set(labels, value));
      },
    });
  }
}

type SetGauge = (labels: Readonly<Record<string, string>>, value: number) => void;
