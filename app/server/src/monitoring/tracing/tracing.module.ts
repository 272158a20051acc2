import {
  Inject,
  Injectable,
  Logger,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { outsideOfScopes } from '../../common/tracing/scope.ts';
import { useTracer } from '../../common/tracing/tracer.ts';
import { type CounterMetric, Metrics } from '../metrics/metrics.ts';
import { MetricsModule } from '../metrics/metrics.module.ts';
import { processName } from '../process-identity.ts';
import type { RunningTracing } from './open-telemetry.ts';
import type { ExportOutcome } from './otlp-exporter.ts';

/** A collector that does not answer holds up nobody's end. */
const FAREWELL_MS = 3_000;
const OUTCOMES = { outcome: ['exported', 'lost'] } as const;

/** Loaded where traces are sent. Outside of the class: tsc leaves the `.ts` of an import in a class with decorators as it is. */
const openTelemetry = () => import('./open-telemetry.ts');

/** Records traces where a collector is configured; else nothing of OpenTelemetry is loaded. */
@Injectable()
export class Tracing implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Tracing');
  private readonly spans: CounterMetric<typeof OUTCOMES>;
  private running: RunningTracing | undefined;
  private trouble: string | undefined;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    metrics: Metrics,
  ) {
    this.spans = metrics.counter(
      'trace_spans_total',
      'Spans of recorded traces, by whether the collector took them',
      OUTCOMES,
    );
  }

  async onModuleInit(): Promise<void> {
    const { tracing: settings, role } = this.configuration;
    if (settings === undefined) return;
    const { startOpenTelemetry } = await openTelemetry();
    this.running = startOpenTelemetry({
      settings,
      service: `stock-analysis-${role}`,
      instance: processName(role),
      // The timer of a batch was started in somebody's request.
      tell: (outcome) => outsideOfScopes(() => this.take(outcome)),
    });
    useTracer(this.running.tracer);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.running === undefined) return;
    useTracer(undefined);
    await Promise.race([
      this.running.shutdown().catch(() => undefined),
      sleep(FAREWELL_MS, undefined, { ref: false }),
    ]);
  }

  /** One line when it begins to fail, and one when it works again. */
  private take({ sent, lost, trouble }: ExportOutcome): void {
    if (sent > 0) this.spans.inc({ outcome: 'exported' }, sent);
    if (lost > 0) this.spans.inc({ outcome: 'lost' }, lost);
    if (trouble !== undefined && this.trouble === undefined)
      this.logger.warn(`spans do not reach the collector: ${trouble}`);
    if (trouble === undefined && this.trouble !== undefined)
      this.logger.log('spans reach the collector again');
    this.trouble = trouble;
  }
}

/** Traces for a collector of OpenTelemetry, for who asks for it. */
@Module({ imports: [MetricsModule], providers: [Tracing] })
export class TracingModule {}
