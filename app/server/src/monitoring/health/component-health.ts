import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { Metrics } from '../metrics/metrics.ts';
import { processName } from '../process-identity.ts';
import { COMPONENTS, type ComponentStatus } from './component.ts';
import { ComponentStates } from './component-states.ts';
import { HealthChecks } from './health-checks.ts';
import { type Overview, overviewOf, type View } from './overview.ts';

const LABELS = { component: COMPONENTS };
/** So long what was never up is not told as a figure: at the start most checks cannot look yet, and that is no trouble. */
const STARTING_MS = 30_000;
const FIGURES: Readonly<Record<ComponentStatus, number>> = { up: 1, degraded: 0.5, down: 0 };

/** The components as all processes see them; always from memory. */
@Injectable()
export class ComponentHealth {
  private readonly process: string;
  private readonly startedAt: number;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly checks: HealthChecks,
    private readonly states: ComponentStates,
    metrics: Metrics,
  ) {
    this.process = processName(configuration.role);
    this.startedAt = clock.now().getTime();
    this.registerMetrics(metrics);
  }

  overview(): Overview {
    return overviewOf(this.own(), this.states.others());
  }

  private own(): readonly View[] {
    const now = this.clock.now().getTime();
    return this.checks.states().map((state) =>
      Object.assign({}, state, {
        process: this.process,
        role: this.configuration.role,
        ageSeconds: Math.max(0, (now - state.checkedAt.getTime()) / 1000),
      }),
    );
  }

  /** Of what this process sees itself; the others tell theirs. */
  private registerMetrics(metrics: Metrics): void {
    metrics.observableGauge(
      'component_health',
      'Components as this process sees them: 1 up, 0.5 degraded, 0 down',
      LABELS,
      (set) => {
        const isStarting = this.clock.now().getTime() - this.startedAt < STARTING_MS;
        for (const { component, status, lastSuccessAt } of this.checks.states())
          if (lastSuccessAt !== undefined || !isStarting) set({ component }, FIGURES[status]);
      },
    );
    metrics.observableGauge(
      'component_check_seconds',
      'Duration of the newest check of a component',
      LABELS,
      (set) => {
        for (const { component, responseTimeMs } of this.checks.states())
          set({ component }, responseTimeMs / 1000);
      },
    );
    metrics.observableGauge(
      'component_last_success_timestamp_seconds',
      'When a component was up last, as this process saw it',
      LABELS,
      (set) => {
        for (const { component, lastSuccessAt } of this.checks.states())
          if (lastSuccessAt !== undefined) set({ component }, lastSuccessAt.getTime() / 1000);
      },
    );
  }
}
