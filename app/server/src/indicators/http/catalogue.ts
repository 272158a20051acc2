import {
  type IndicatorDefinition,
  type IndicatorMode,
  type ListedIndicator,
  listIndicators,
} from '../index.ts';
import type { DefinitionItem, IndicatorCatalogue, ListedIndicatorItem } from './catalogue.dto.ts';

export const definitionItemOf = ({ columns: _, ...definition }: IndicatorDefinition): DefinitionItem => ({
  ...definition,
  notes: [...definition.notes],
});

const itemOf = ({ spelling, parameters, example }: ListedIndicator): ListedIndicatorItem => ({
  spelling,
  columns: example.columns.map(({ name }) => name),
  parameters: parameters.map(({ symbol, least, most, usual, fraction }) => ({
    symbol,
    least,
    most,
    usual: usual ?? null,
    whole: fraction !== true,
  })),
  example: definitionItemOf(example),
});

const indicatorsOf = (mode: IndicatorMode): ListedIndicatorItem[] =>
  listIndicators(mode)
    .filter(({ isPattern }) => !isPattern)
    .map(itemOf);

/** It does not change while the process runs. */
export const CATALOGUE: IndicatorCatalogue = {
  cn: indicatorsOf('cn'),
  talib: indicatorsOf('talib'),
  patterns: listIndicators('talib')
    .filter(({ isPattern }) => isPattern)
    .map(({ example: { name, title, formula } }) => ({ name, title, description: formula })),
};
