import type { SeriesName } from '../../operator/src/resources/monitoring/promql.ts';
import type { StockAnalysisSpecInput } from '../../operator/src/api/index.ts';

/** What one series shows while all is well, or nearly not, and while it is not; per minute for a counter. */
export interface Behaviour {
  readonly metric: SeriesName;
  readonly labels?: Readonly<Record<string, string>>;
  readonly kind: 'gauge' | 'counter';
  /** As near to the limit as possible without crossing it. `absent`: no sample. */
  readonly good: number | 'absent';
  readonly bad: number | 'absent';
  /** Where a counter begins. */
  readonly start?: number;
}

/** One rule with the facts that make it fire, and those that must not. */
export interface AlertCase {
  /** Without the prefix. */
  readonly name: string;
  readonly severity: 'none' | 'info' | 'warning' | 'critical';
  readonly series: readonly Behaviour[];
  /** Labels of the alert beside those of the rule. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Minutes from the first bad sample until it fires; the minute before it does not. */
  readonly fires: number;
  /** Minutes from the first good sample after that until it has ended; the minute before it still fires. */
  readonly ends?: number;
  /** Minutes of bad samples; at least `fires`. Absent: ten more than that. */
  readonly lasts?: number;
  /** Minutes of good samples before the bad ones; enough for the longest range that the rule looks back. */
  readonly before?: number;
  /** Without any series it fires after so many minutes: that is what it is for. */
  readonly absentFires?: number;
  readonly absentLabels?: Readonly<Record<string, string>>;
  readonly spec?: StockAnalysisSpecInput;
  /** Its records come from the group of the objectives. */
  readonly needsRecords?: true;
}
