import { Injectable } from '@nestjs/common';
import { Components } from '../components.ts';
import type { Condition, ConditionOf } from '../rules/definition.ts';
import { observeAbsence } from './absence.ts';
import { hoursOf, observeAnomaly } from './anomaly.ts';
import { observeComponents } from './component.ts';
import type { Observation, SampledSeries } from './observation.ts';
import { MetricHistory } from '../../history/metric-history.ts';
import { bucketsOf, quantileNamed } from '../../history/histograms.ts';
import { observeQuantile } from './quantile.ts';
import { observeRate } from './rate.ts';
import { observeRatio } from './ratio.ts';
import { observeThreshold } from './threshold.ts';

/** An absence is told from a late sample by looking back further than its time. */
const LOOK_BACK = 4;

/** Reads what a condition needs and judges it. */
@Injectable()
export class Observer {
  constructor(
    private readonly samples: MetricHistory,
    private readonly components: Components,
  ) {}

  /** @param now milliseconds since 1970 */
  async observe(condition: Condition, now: number): Promise<Observation[]> {
    if (condition.kind === 'component') return observeComponents(condition, this.components.all());
    if (condition.kind === 'anomaly') {
      const { metric, matchers } = condition;
      return observeAnomaly(
        condition,
        await this.samples.read(metric, matchers, hoursOf(condition, now)),
        now,
      );
    }
    if (condition.kind === 'absence')
      return observeAbsence(
        condition,
        await this.recent(condition, condition.absentSeconds * LOOK_BACK, now),
        now,
      );
    if (condition.kind === 'threshold') {
      const observed = await this.observeQuantile(condition, now);
      if (observed !== undefined) return observed;
    }
    const series = await this.recent(condition, condition.windowSeconds, now);
    if (condition.kind === 'ratio') return observeRatio(condition, series);
    return condition.kind === 'rate' ? observeRate(condition, series) : observeThreshold(condition, series);
  }

  /** Undefined: the condition is about no quantile, or of none of which buckets are recorded. */
  private async observeQuantile(
    condition: ConditionOf<'threshold'>,
    now: number,
  ): Promise<Observation[] | undefined> {
    const { quantile: named, ...matchers } = condition.matchers;
    const quantile = quantileNamed(named);
    if (quantile === undefined) return undefined;
    const asked = { ...condition, matchers, metric: bucketsOf(condition.metric) };
    const buckets = await this.recent(asked, condition.windowSeconds, now);
    return buckets.length === 0 ? undefined : observeQuantile(condition, quantile, buckets);
  }

  private recent(
    { metric, matchers }: Exclude<Condition, { kind: 'component' | 'anomaly' }>,
    seconds: number,
    now: number,
  ): Promise<SampledSeries[]> {
    return this.samples.read(metric, matchers, [[now - seconds * 1000, now]]);
  }
}
