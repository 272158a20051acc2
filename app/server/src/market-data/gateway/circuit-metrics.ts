import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import { Metrics } from '../../monitoring/metrics/metrics.ts';
import { type Resting, RESTING } from './resting.ts';

const REFRESH_MS = 15_000;

/** Which functions of the source rest. The worker's, and each tells the same: a circuit is that of all of them. */
@Injectable()
export class CircuitMetrics implements OnApplicationBootstrap {
  /** A function that has rested is there at 0 afterwards, or nobody would see that it works again. */
  private readonly known = new Set<string>();

  constructor(
    private readonly queries: PeriodicQueries,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    const resting = this.queries.figures(REFRESH_MS, 'functions that rest', (sql) =>
      sql.query<Resting>(RESTING),
    );
    this.metrics.observableGauge(
      'upstream_circuit_openings',
      'Cool-downs in a row of a function of the market data source, for all workers; 0: not resting',
      { operation: { max: 20 } },
      (set) => {
        const openings = new Map(resting().map((one) => [one.function, one.openings]));
        for (const operation of openings.keys()) this.known.add(operation);
        for (const operation of this.known) set({ operation }, openings.get(operation) ?? 0);
      },
    );
  }
}
