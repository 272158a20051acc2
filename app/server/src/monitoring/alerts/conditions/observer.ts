import { Injectable } from '@nestjs/common';
import { Components } from '../components.ts';
import type { Condition } from '../rules/definition.ts';
import { observeAbsence } from './absence.ts';
import { hoursOf, observeAnomaly } from './anomaly.ts';
import { observeComponents } from './component.ts';
import type { Observation, SampledSeries } from './observation.ts';
import { MetricHistory } from '../../history/metric-history.ts';
import { observeRate } from './rate.ts';
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
    const series = await this.recent(condition, condition.windowSeconds, now);
    return condition.kind === 'rate' ? observeRate(condition, series) : observeThreshold(condition, series);
  }

  private recent(
    { metric, matchers }: Exclude<Condition, { kind: 'component' | 'anomaly' }>,
    seconds: number,
    now: number,
  ): Promise<SampledSeries[]> {
    return this.samples.read(metric, matchers, [[now - seconds * 1000, now]]);
  }
}
