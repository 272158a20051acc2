import { AVERAGES } from './families/averages.ts';
import { DIRECTIONAL } from './families/directional.ts';
import { OSCILLATORS } from './families/oscillators.ts';
import { SENTIMENT } from './families/sentiment.ts';
import { STOCHASTICS } from './families/stochastics.ts';
import { VOLUME } from './families/volume.ts';
import {
  type Family,
  INDICATOR_MODES,
  type IndicatorMode,
  type Parameter,
  type Rule,
  type Unit,
} from './family.ts';
import { PATTERN_FAMILIES } from './patterns/families.ts';

const FAMILIES: ReadonlyMap<string, Family> = new Map(
  [
    ...AVERAGES,
    ...OSCILLATORS,
    ...STOCHASTICS,
    ...DIRECTIONAL,
    ...VOLUME,
    ...SENTIMENT,
    ...PATTERN_FAMILIES,
  ].map((family) => [family.stem, family]),
);

/** What a reader is told about the numbers in front of him. */
export interface IndicatorDefinition {
  /** As it may be asked for, with its numbers: `RSI6`, `MACD`, `MACD(5,34,5)`. */
  readonly name: string;
  readonly title: string;
  readonly mode: IndicatorMode;
  /** By the symbols of the formula: `{ SHORT: 12, LONG: 26, M: 9 }`. */
  readonly parameters: Readonly<Record<string, number>>;
  /** In the notation of the terminals' formula language. */
  readonly formula: string;
  /** What the formula does not say: how recursions begin, units, cases without a value. */
  readonly notes: readonly string[];
  /** Of a standard deviation: what its denominator takes from N. */
  readonly ddof: 0 | 1 | null;
  readonly volumeUnit: 'share' | null;
  readonly columns: readonly { readonly name: string; readonly unit: Unit }[];
}

/** An indicator that was asked for, its numbers put in. */
export interface Request {
  readonly definition: IndicatorDefinition;
  readonly rule: Rule;
}

/** A name that no indicator has, numbers out of bounds, or one that the mode does not define. */
export class UnknownIndicatorError extends Error {
  readonly indicator: string;

  constructor(indicator: string, reason: string) {
    super(`there is no indicator "${indicator}": ${reason}`);
    this.name = 'UnknownIndicatorError';
    this.indicator = indicator;
  }
}

const isNamedByPeriod = (parameters: readonly Parameter[]): boolean => parameters.length === 1;

/** How a family is asked for: `MAn`, `MACD(SHORT,LONG,M)`, `OBV`. */
function spellingOf(stem: string, parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return stem;
  return isNamedByPeriod(parameters)
    ? `${stem}n`
    : `${stem}(${parameters.map(({ symbol }) => symbol).join(',')})`;
}

const boundsOf = ({ symbol, least, most, fraction }: Parameter): string =>
  `${symbol} is a ${fraction ? '' : 'whole '}number from ${least} to ${most}`;

const isWithin = ({ least, most, fraction }: Parameter, value: number): boolean =>
  value >= least && value <= most && (fraction === true || Number.isInteger(value));

const NAME = /^([A-Z0-9]*[A-Z](?:_[A-Z]+)*)(?:(\d+)|\((\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?)*)\))?$/;

/** Stem and numbers of a name; the numbers are undefined where none are given. */
function split(name: string): { readonly stem: string; readonly numbers: readonly number[] | undefined } {
  const [, stem = '', single, list] = NAME.exec(name) ?? [];
  const digits = single ?? list;
  return { stem, numbers: digits?.split(',').map(Number) };
}

/** The numbers of a name, the usual ones where it has none. */
function numbersOf(name: string, stem: string, parameters: readonly Parameter[], given?: readonly number[]) {
  const spelling = spellingOf(stem, parameters);
  const bounds = parameters.map(boundsOf).join('; ');
  const numbers = given ?? parameters.map(({ usual }) => usual ?? Number.NaN);
  const fits =
    numbers.length === parameters.length &&
    parameters.every((parameter, index) => isWithin(parameter, numbers[index] ?? Number.NaN));
  if (!fits)
    throw new UnknownIndicatorError(
      name,
      `it is written ${spelling}${bounds === '' ? '' : `, where ${bounds}`}`,
    );
  return numbers;
}

function suffixOf(parameters: readonly Parameter[], numbers: readonly number[], lines: number): string {
  if (numbers.length === 0 || parameters.every(({ usual }, index) => usual === numbers[index])) return '';
  return isNamedByPeriod(parameters) && lines === 1 ? numbers.join('') : `(${numbers.join(',')})`;
}

/**
 * Understands the name of an indicator.
 * @throws UnknownIndicatorError naming it and what is possible instead
 */
export function requestOf(name: string, mode: IndicatorMode): Request {
  const { stem, numbers: given } = split(name);
  const family = FAMILIES.get(stem);
  if (!family) throw new UnknownIndicatorError(name, `there are ${namesOf(mode).join(', ')}`);
  const variant = family.modes[mode];
  if (!variant) {
    const other = INDICATOR_MODES.filter((one) => family.modes[one]).join(' and ');
    throw new UnknownIndicatorError(name, `mode ${mode} does not define ${stem}; mode ${other} does`);
  }
  const { parameters } = variant;
  const numbers = numbersOf(name, stem, parameters, given);
  const conflict = variant.conflict?.(...numbers);
  if (conflict !== undefined) throw new UnknownIndicatorError(name, conflict);
  const rule = variant.rule(...numbers);
  return { rule, definition: definitionOf(family, mode, parameters, numbers, rule) };
}

function definitionOf(
  { stem, title }: Family,
  mode: IndicatorMode,
  parameters: readonly Parameter[],
  numbers: readonly number[],
  rule: Rule,
): IndicatorDefinition {
  const suffix = suffixOf(parameters, numbers, rule.lines.length);
  return {
    name: `${stem}${isNamedByPeriod(parameters) && suffix !== '' ? numbers.join('') : suffix}`,
    title,
    mode,
    parameters: Object.fromEntries(parameters.map(({ symbol }, index) => [symbol, numbers[index] ?? 0])),
    formula: rule.formula,
    notes: rule.notes ?? [],
    ddof: rule.ddof ?? null,
    volumeUnit: rule.usesVolume ? 'share' : null,
    columns: rule.lines.map(({ name, unit }) => ({ name: `${name}${suffix}`, unit })),
  };
}

/** An indicator or candlestick pattern as a list shows it. */
export interface ListedIndicator {
  /** `MAn`, `MACD(SHORT,LONG,M)`, `OBV`, `CDLHAMMER`. */
  readonly spelling: string;
  readonly isPattern: boolean;
  readonly parameters: readonly Parameter[];
  /** With the usual numbers, or with 12 where there are none. */
  readonly example: IndicatorDefinition;
}

/** Asks for every candlestick pattern at once. */
const ALL_PATTERNS = 'CDL';

const COMMON_PERIOD = 12;

/** Every indicator and candlestick pattern that a mode defines. */
export function listIndicators(mode: IndicatorMode): readonly ListedIndicator[] {
  return [...FAMILIES.values()].flatMap((family) => {
    const variant = family.modes[mode];
    if (!variant) return [];
    const { parameters } = variant;
    const numbers = parameters.map(({ usual }) => usual ?? COMMON_PERIOD);
    const example = definitionOf(family, mode, parameters, numbers, variant.rule(...numbers));
    const isPattern = example.columns.some(({ unit }) => unit === 'pattern');
    return [{ spelling: spellingOf(family.stem, parameters), isPattern, parameters, example }];
  });
}

/** Names as they were given, with every pattern in place of `CDL`. */
export function expand(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => (name === ALL_PATTERNS ? PATTERN_FAMILIES.map(({ stem }) => stem) : [name]));
}

function namesOf(mode: IndicatorMode): readonly string[] {
  const listed = listIndicators(mode).filter(({ isPattern }) => !isPattern);
  return [
    ...listed.map(({ spelling }) => spelling),
    `${ALL_PATTERNS} and names that begin so for candlestick patterns`,
  ];
}
