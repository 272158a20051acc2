export {
  type IndicatorDefinition,
  type ListedIndicator,
  listIndicators,
  UnknownIndicatorError,
} from './catalogue.ts';
export { computeIndicators, type IndicatorColumn, type IndicatorResult } from './compute.ts';
export { INDICATOR_MODES, type IndicatorMode, type Unit } from './family.ts';
export type { BarSeries } from './series.ts';
