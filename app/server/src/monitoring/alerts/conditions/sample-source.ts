import type { Labels } from '../labels.ts';
import type { ComponentView } from './component.ts';
import type { SampledSeries } from './observation.ts';

/** Bounds in milliseconds since 1970: after the first, up to the second. */
export type Window = readonly [from: number, to: number];

/** What conditions are judged by. */
export interface SampleSource {
  /**
   * All series of a metric that have these labels, in the best resolution that is still there.
   * @param windows do not overlap; series without a point in any of them are left out
   */
  read(metric: string, matchers: Labels, windows: readonly Window[]): Promise<SampledSeries[]>;
}

export const SAMPLE_SOURCE = Symbol('SampleSource');

/** States of the components of all processes, each component once, by its worst current state. */
export interface ComponentSource {
  components(): Promise<readonly ComponentView[]>;
  /** Whether the database answers this process, from memory. */
  database(): ComponentView;
}

export const COMPONENT_SOURCE = Symbol('ComponentSource');
