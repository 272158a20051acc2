export {
  computeIndicators,
  INDICATOR_NAMES,
  UnknownIndicatorError,
  type IndicatorMode,
  type IndicatorResult,
} from './registry.ts';
export type { BarSeries } from './series.ts';
