import { SourceError } from '../source-error.ts';
import { FUNCTIONS, type Parameters, type UpstreamFunction } from './functions.ts';

/**
 * AKTools pastes query values into Python source: a quote ends the string, `&` and `=` begin another argument, a
 * backslash escapes, `+` arrives as a space, and the word `cookie` turns the whole query into one argument.
 */
// oxlint-disable-next-line no-control-regex -- control characters are what must not be sent
const DANGEROUS = /["'\\&=+#%\u0000-\u001f\u007f]|cookie/i;
const LONGEST_VALUE = 32;

function refuse(cause: string): never {
  throw new SourceError('the request', { failure: 'refused', cause });
}

/**
 * Path and query of a call.
 * @throws SourceError `refused` for a name or value that the function's contract does not have; nothing is sent
 */
export function pathOf(definition: UpstreamFunction, parameters: Parameters): string {
  const { name } = definition;
  if (!FUNCTIONS.includes(definition)) return refuse(`${name} is none of the functions that may be called`);
  const query = Object.entries(parameters).map(([key, value]) => {
    const pattern = Object.hasOwn(definition.parameters, key) ? definition.parameters[key] : undefined;
    if (pattern === undefined) return refuse(`${name} takes no ${JSON.stringify(key)}`);
    if (value.length > LONGEST_VALUE || DANGEROUS.test(value) || !pattern.test(value))
      return refuse(`${JSON.stringify(value.slice(0, 80))} is no ${key} of ${name}`);
    return `${key}=${encodeURIComponent(value)}`;
  });
  const missing = Object.keys(definition.parameters).find((key) => !Object.hasOwn(parameters, key));
  if (missing !== undefined) return refuse(`${name} needs ${missing}`);
  return `/api/public/${name}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}
