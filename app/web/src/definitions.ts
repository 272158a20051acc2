import type { IndicatorColumn, IndicatorDefinition } from './api.ts';

const SCHOOLS: Readonly<Record<IndicatorDefinition['mode'], string>> = {
  cn: '国内软件口径',
  talib: 'TA-Lib 口径',
};

/** Each definition once: several columns share one. */
export function distinct(columns: readonly IndicatorColumn[]): readonly IndicatorDefinition[] {
  return [...new Map(columns.map(({ definition }) => [definition.name, definition])).values()];
}

/** What fits beside the values: whose definition it is, and the denominator where schools differ by it. */
export function inShort({ mode, ddof }: IndicatorDefinition): string {
  const school = SCHOOLS[mode];
  if (ddof === null) return school;
  return `${school}，标准差分母 ${ddof === 0 ? 'N' : `N-${ddof}`}`;
}

/** Name, formula and what the formula does not say. */
export function inFull({ name, title, formula, notes, mode }: IndicatorDefinition): string {
  return [`${name} ${title}（${SCHOOLS[mode]}）`, formula, ...notes].join('；');
}

/** Whether a column has forgotten how its history began by that date. */
export const isStable = ({ stableFrom }: IndicatorColumn, date: string): boolean =>
  stableFrom !== null && date >= stableFrom;
