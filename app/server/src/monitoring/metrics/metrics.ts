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

  readonly untrustedForwards = new Counter({
    name: `${PREFIX}untrusted_forwards_total`,
    help: 'Requests with X-Forwarded-* from an address that security.trustedProxies does not list',
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
    help: 'Source rows refused (rejected), held back (held) or stored with a remark (flagged)',
    labelNames: ['source', 'disposition'] as const,
    registers: this.registers,
  });

  readonly quarantineDecisions = new Counter({
    name: `${PREFIX}quarantine_decisions_total`,
    help: 'Decisions of people about quarantined rows',
    labelNames: ['source', 'resolution'] as const,
    registers: this.registers,
  });

  readonly ingestionDuration = new Histogram({
    name: `${PREFIX}ingestion_duration_seconds`,
    help: 'Duration of one attempt at a load',
    labelNames: ['source', 'outcome'] as const,
    buckets: [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600],
    registers: this.registers,
  });

  readonly upstreamCalls = new Histogram({
    name: `${PREFIX}upstream_call_duration_seconds`,
    help: 'Calls of the market data source that were sent, by function and outcome',
    labelNames: ['operation', 'outcome'] as const,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 180],
    registers: this.registers,
  });

  readonly upstreamHeldBack = new Counter({
    name: `${PREFIX}upstream_held_back_total`,
    help: 'Calls of the market data source that were not sent: over_budget (of the host) or resting (after failures)',
    labelNames: ['operation', 'reason'] as const,
    registers: this.registers,
  });

  readonly contractViolations = new Counter({
    name: `${PREFIX}contract_violations_total`,
    help: 'Answers of the market data source that were refused because they break its contract, by kind',
    labelNames: ['operation', 'kind'] as const,
    registers: this.registers,
  });

  readonly upstreamTokens = new Gauge({
    name: `${PREFIX}upstream_tokens`,
    help: 'Calls that the budget of a host still allows, after the last one of this process; below zero: debt',
    labelNames: ['host'] as const,
    registers: this.registers,
  });

  readonly upstreamCircuit = new Gauge({
    name: `${PREFIX}upstream_circuit_openings`,
    help: 'Cool-downs in a row of a function of the market data source, as this process saw it last; 0: not resting',
    labelNames: ['operation'] as const,
    registers: this.registers,
  });

  readonly upstreamKeptAge = new Gauge({
    name: `${PREFIX}upstream_last_good_age_seconds`,
    help: 'Age of the last good answer that was served because the source could not be asked; 0 after a fresh one',
    labelNames: ['operation'] as const,
    registers: this.registers,
  });

  readonly passwordHashesRefused = new Counter({
    name: `${PREFIX}password_hash_refused_total`,
    help: 'Password hashes that were not computed because too many waited already',
    registers: this.registers,
  });

  readonly auditRecords = new Counter({
    name: `${PREFIX}audit_records_total`,
    help: 'Records written to the audit log, by what came of the action',
    labelNames: ['outcome'] as const,
    registers: this.registers,
  });

  readonly rateLimitDecisions = new Counter({
    name: `${PREFIX}rate_limit_decisions_total`,
    help: 'Decisions about requests by budget: of the address, and of the account or key; failed_open and failed_closed: nobody could say',
    labelNames: ['budget', 'decision'] as const,
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
