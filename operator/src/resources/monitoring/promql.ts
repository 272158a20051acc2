import type { MetricName } from './metrics-used.ts';

/** A metric as it is queried: histograms by their three series. */
export type SeriesName = MetricName | `${MetricName}_${'bucket' | 'count' | 'sum'}`;

/** Label → value; a value that begins with `!=`, `=~` or `!~` brings its own operator. */
export type Matchers = Readonly<Record<string, string>>;

const OPERATORS = ['!=', '=~', '!~'] as const;

/** A string of PromQL. */
export const quoted = (text: string): string => JSON.stringify(text);

function matcher([label, value]: readonly [string, string]): string {
  const operator = OPERATORS.find((one) => value.startsWith(one));
  return operator === undefined
    ? `${label}=${quoted(value)}`
    : `${label}${operator}${quoted(value.slice(operator.length))}`;
}

/** `name{label="value",…}`: the only way in which rules and dashboards write a selector. */
export function series(name: SeriesName, matchers: Matchers): string {
  return `${name}${braces(matchers)}`;
}

/** The same for the result of a recording rule. */
export function recorded(name: `stock_analysis:${string}`, matchers: Matchers): string {
  return `${name}${braces(matchers)}`;
}

const braces = (matchers: Matchers): string => `{${Object.entries(matchers).map(matcher).join(',')}}`;

/** The labels that tell one object from another. */
export const BY_OBJECT = 'by (namespace, stockanalysis)';
