import { Inject, Injectable } from '@nestjs/common';
import { STOPWATCH, type Stopwatch } from '../../common/clock.ts';
import { DatabaseConnector } from '../../database/connector.ts';
import type { ComponentCheck, ComponentStatus, Finding } from '../health/component.ts';
import { HealthChecks } from '../health/health-checks.ts';
import { Metrics } from '../metrics/metrics.ts';
import { AlertTiming } from './alert-timing.ts';

/** What an evaluation could not do. */
export interface Failure {
  /** The rule, or what else was not done. */
  readonly what: string;
  readonly why: string;
}

/** One evaluation as far as it came. */
export interface Evaluation {
  /** How many rules, or what else, there were to judge. */
  readonly count: number;
  readonly failures: readonly Failure[];
}

/**
 * Whether this worker judges the rules, or would if it led: from memory, for what keeps it from that may keep it from
 * writing anything down. A database that answers and takes no writes is such a thing.
 */
@Injectable()
export class EngineHealth implements ComponentCheck {
  readonly component = 'alerts';
  /** Anything was judged, and everything was; undefined: the database has not been ready yet. By the stopwatch. */
  private last: { readonly judgedAt: number; readonly wholeAt: number } | undefined;
  private trouble = 'the first evaluation has not ended';

  constructor(
    @Inject(STOPWATCH) private readonly stopwatch: Stopwatch,
    private readonly timing: AlertTiming,
    @Inject(DatabaseConnector) private readonly connector: Pick<DatabaseConnector, 'obstacle'>,
    @Inject(HealthChecks) checks: Pick<HealthChecks, 'register'>,
    metrics: Metrics,
  ) {
    checks.register(this);
    metrics.observableGauge(
      'alert_evaluation_age_seconds',
      'Time since this worker judged all rules that it has to judge',
      {},
      (set) => {
        if (this.last !== undefined) set({}, (stopwatch.ms() - this.last.wholeAt) / 1000);
      },
    );
    const failures = metrics.counter(
      'alert_evaluation_failures_total',
      'Evaluations of all rules that broke off, and rules that were not judged in others',
      { what: ['evaluation', 'rule'] },
    );
    this.count = (what, by) => failures.inc({ what }, by);
  }

  private readonly count: (what: 'evaluation' | 'rule', by: number) => void;

  /** From now on evaluations are due. */
  begin(): void {
    const now = this.stopwatch.ms();
    this.last ??= { judgedAt: now, wholeAt: now };
  }

  ended({ count, failures }: Evaluation): void {
    const now = this.stopwatch.ms();
    const { judgedAt, wholeAt } = this.last ?? { judgedAt: now, wholeAt: now };
    this.last = {
      judgedAt: failures.length < count ? now : judgedAt,
      wholeAt: failures.length === 0 ? now : wholeAt,
    };
    this.trouble = failures.map(({ what, why }) => `${what}: ${why}`).join('; ');
    if (failures.length > 0) this.count('rule', failures.length);
  }

  /** Nothing came of an evaluation. */
  broke(why: string): void {
    this.trouble = why;
    this.count('evaluation', 1);
  }

  /** The database does not answer, which is a matter of its own: the time in which nothing is judged begins after it. */
  excuse(): void {
    const now = this.stopwatch.ms();
    if (this.last !== undefined) this.last = { judgedAt: now, wholeAt: now };
  }

  /** `down`: no rule is judged; `degraded`: some are not. */
  state(): { readonly status: ComponentStatus; readonly message: string } {
    if (this.last === undefined) return { status: 'up', message: '' };
    const { goneMs } = this.timing;
    const now = this.stopwatch.ms();
    const since = (at: number): string => `for ${Math.round((now - at) / 1000)} s`;
    const { judgedAt, wholeAt } = this.last;
    if (now - judgedAt >= goneMs)
      return { status: 'down', message: `no rule was judged ${since(judgedAt)}: ${this.trouble}` };
    return now - wholeAt >= goneMs
      ? { status: 'degraded', message: `not all rules were judged ${since(wholeAt)}: ${this.trouble}` }
      : { status: 'up', message: '' };
  }

  check(): Finding {
    if (this.last === undefined) throw new Error(this.connector.obstacle);
    return this.state();
  }
}
