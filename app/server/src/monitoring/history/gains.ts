import type { Sample } from '../metrics/metrics.ts';
import { canonical } from './labels.ts';

/**
 * What counters gained between two moments. Each series is compared with itself, before any are put together: a sum that
 * a series joins or leaves would seem to jump.
 */
export class Gains {
  private counted = new Map<string, number>();

  /**
   * The samples, with what was added in place of what was counted in all; those are left out whose gain nobody knows.
   * @returns and what to call when they are stored: what was lost is in the gains of the next
   */
  since(samples: readonly Sample[]): { readonly samples: readonly Sample[]; readonly kept: () => void } {
    const counted = new Map<string, number>();
    const gained = samples.flatMap((sample) => {
      if (sample.type !== 'counter' && sample.type !== 'histogram') return [sample];
      const key = sample.name + canonical(sample.labels);
      counted.set(key, sample.value);
      const value = gainOf(sample, this.counted.get(key));
      return value === undefined ? [] : [{ ...sample, value }];
    });
    return {
      samples: gained,
      kept: () => {
        this.counted = counted;
      },
    };
  }
}

/**
 * What this process counts began at zero, so all that is new was added. Of what others count the past is not known, and
 * who has less than before is another one: another interface of that name, another database server.
 */
function gainOf({ value, countedBy }: Sample, before: number | undefined): number | undefined {
  if (countedBy === undefined) return before === undefined || value < before ? value : value - before;
  return before === undefined || value < before ? undefined : value - before;
}
