import { createHash } from 'node:crypto';
import type { Sample } from '../metrics/metrics.ts';
import { countReadings, type Histograms, histogramsOf, quantileReadings, readingsOf } from './recorded.ts';
import { keyOf, type Reading, type Series } from './series.ts';

/** All values of one process at one moment. */
export interface Frame {
  readonly layout: Layout;
  /** By the order of the layout; NaN: there was none. */
  readonly values: readonly number[];
}

/** Which value of a frame is what. Processes of one build and one past share it. */
export interface Layout {
  /** SHA-256 of the series, in hexadecimal digits. */
  readonly hash: string;
  readonly series: readonly Series[];
}

export function layoutOf(series: readonly Series[]): Layout {
  return {
    hash: createHash('sha256')
      .update(JSON.stringify(series.map(keyOf)))
      .digest('hex'),
    series,
  };
}

/** Makes frames of what the metrics say: what counters gained is told once, in the frame that was kept. */
export class Framing {
  private counted = new Map<string, number>();
  private histograms: Histograms = new Map();
  private layout: Layout | undefined;

  /**
   * @returns the frame, and what to call when it is stored: one that is lost leaves what was counted to the next
   */
  frame(samples: readonly Sample[]): { readonly frame: Frame; readonly kept: () => void } {
    const histograms = histogramsOf(samples);
    const readings = [
      ...readingsOf(samples),
      ...countReadings(histograms),
      ...quantileReadings(histograms, this.histograms),
    ].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const counted = new Map(
      readings.filter(({ kind }) => kind === 'counter').map((one) => [keyOf(one), one.value]),
    );
    const frame = { layout: this.layoutOf(readings), values: readings.map((one) => this.valueOf(one)) };
    const kept = (): void => {
      this.counted = counted;
      this.histograms = histograms;
    };
    return { frame, kept };
  }

  /** A counter that is less than it was began anew: then all that it has was added. */
  private valueOf({ kind, value, ...series }: Reading): number {
    if (kind === 'gauge') return value;
    const before = this.counted.get(keyOf({ kind, ...series })) ?? 0;
    return value >= before ? value - before : value;
  }

  private layoutOf(readings: readonly Reading[]): Layout {
    const known = this.layout;
    const isSame =
      known?.series.length === readings.length &&
      readings.every((one, index) => keyOf(one) === keyOf(known.series[index] ?? one));
    if (known !== undefined && isSame) return known;
    this.layout = layoutOf(readings.map(({ metric, kind, labels }) => ({ metric, kind, labels })));
    return this.layout;
  }
}
