import { readFileSync } from 'node:fs';
import type { TracingConfiguration } from './logging-schema.ts';
import { messageOf } from './errors.ts';

/** What the exporter of traces is told: config.yaml, and the secret headers of the collector. */
export interface TracingSettings extends TracingConfiguration {
  readonly headers: Readonly<Record<string, string>>;
}

const NAME = /^[!#$%&'*+.^_`|~\da-z-]{1,64}$/i;
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,4094}[\x21-\x7e])?$/;

/** What the client for what leaves the server says itself: it would refuse every batch with one of them. */
const OF_THE_CONNECTION =
  /^(?:host|connection|content-length|transfer-encoding|accept-encoding|te|keep-alive|upgrade|expect|proxy-.*)$/i;

/** Undefined: it can be sent. */
function problemOf(name: string, value: string): string | undefined {
  if (!NAME.test(name) || !VALUE.test(value)) return 'is no header such as Authorization: Bearer …';
  return OF_THE_CONNECTION.test(name) ? 'is a header that cannot be set, such as Host' : undefined;
}

/** A line for each header, `Name: value`; empty lines are none. The messages say no value: it is a secret. */
function headersIn(text: string, issues: string[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    const [name, value] = [line.slice(0, Math.max(0, colon)).trim(), line.slice(colon + 1).trim()];
    const problem = problemOf(name, value);
    if (problem === undefined) headers[name.toLowerCase()] = value;
    else issues.push(`OTLP_HEADERS_FILE: line ${index + 1} ${problem}`);
  }
  return headers;
}

/**
 * Headers of the collector that `tracing.endpoint` names; undefined where nothing is recorded.
 * @param path of OTLP_HEADERS_FILE
 */
export function tracingSettingsOf(
  tracing: TracingConfiguration | undefined,
  path: string | undefined,
  issues: string[],
): TracingSettings | undefined {
  if (tracing === undefined) return undefined;
  if (path === undefined) return { ...tracing, headers: {} };
  if (new URL(tracing.endpoint).protocol !== 'https:')
    issues.push('OTLP_HEADERS_FILE: headers are sent over https:// only; tracing.endpoint is http://');
  try {
    return { ...tracing, headers: headersIn(readFileSync(path, 'utf8'), issues) };
  } catch (error) {
    issues.push(`OTLP_HEADERS_FILE: ${messageOf(error)}`);
    return { ...tracing, headers: {} };
  }
}
