import { createHash } from 'node:crypto';
import type { Sample } from '../metrics/metrics.ts';
import { Gains } from './gains.ts';
import { KnownSeries } from './known-series.ts';
import { readingsOf } from './recorded.ts';
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
  private readonly gains = new Gains();
  private readonly known = new KnownSeries();
  private layout = layoutOf([]);

  /** Takes over series that processes of the same kind had before, so that this one need not meet them one by one. */
  recall(series: readonly Series[], at: number): void {
    this.known.see(series, at);
  }

  /**
   * @param at milliseconds since 1970
   * @param tellsPlatform whether this process is the one that records what is counted for the whole platform
   * @returns the frame, and what to call when it is stored: one that is lost leaves what was counted to the next
   */
  frame(
    samples: readonly Sample[],
    at: number,
    tellsPlatform: boolean,
  ): { readonly frame: Frame; readonly kept: () => void } {
    const gains = this.gains.since(samples);
    const told = gains.samples.filter(({ countedBy }) => tellsPlatform || countedBy !== 'platform');
    const values = new Map(this.readings(told, at).map((one) => [keyOf(one), one.value]));
    const layout = this.currentLayout();
    const frame = { layout, values: layout.series.map((one) => values.get(keyOf(one)) ?? Number.NaN) };
    return { frame, kept: gains.kept };
  }

  private readings(told: readonly Sample[], at: number): Reading[] {
    const readings = readingsOf(told, this.known.wide);
    return this.known.see(readings, at) ? this.readings(told, at) : readings;
  }

  private currentLayout(): Layout {
    const series = this.known.all();
    const known = this.layout.series;
    const isSame =
      known.length === series.length &&
      series.every((one, index) => keyOf(one) === keyOf(known[index] ?? one));
    if (!isSame) this.layout = layoutOf(series);
    return this.layout;
  }
}
