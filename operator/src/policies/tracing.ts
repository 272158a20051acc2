import type { TracingSpec } from '../api/index.ts';
import { TRACING_HEADERS_KEY, TRACING_ORIGIN_KEY } from '../naming/index.ts';
import { secretValue } from './credentials.ts';
import type { Finding, LiveSecret } from './live.ts';

/** What traces are sent with. */
export interface TracingAccess {
  /** False: none are sent, be it that none are asked for or that the headers are not right. */
  readonly isSent: boolean;
  /** One line for each; undefined where the collector asks for none. */
  readonly headers?: string;
  readonly finding?: Finding;
}

/** As the application reads them: with one that is not it would not start. */
const HEADER = /^[!#$%&'*+.^_`|~\dA-Za-z-]{1,64}:[ \t]*[!-~]([ -~]{0,4094}[!-~])?$/;
/** What the connection decides: the application's client refuses to send with one of them, and every trace would be lost. */
const OF_THE_CONNECTION =
  /^(?:host|connection|content-length|transfer-encoding|accept-encoding|te|keep-alive|upgrade|expect|proxy-[^:]*):/i;

function problemOf(text: string | undefined, key: string): string | undefined {
  if (text === undefined) return `lacks the key ${key}`;
  const lines = text.split('\n').map((line) => line.trim());
  const wrong = lines.findIndex((line) => line !== '' && !HEADER.test(line));
  if (wrong >= 0) return `has no header such as "Authorization: Bearer TOKEN" in line ${wrong + 1} of ${key}`;
  const foreign = lines.findIndex((line) => OF_THE_CONNECTION.test(line));
  if (foreign >= 0) return `has a header that cannot be set, such as Host, in line ${foreign + 1} of ${key}`;
  return lines.every((line) => line === '') ? `has no header under ${key}` : undefined;
}

/** Headers that work are kept for the collector that they were given for: another one must not learn its token. */
function keptFor(endpoint: string, kept: LiveSecret | undefined): string | undefined {
  if (secretValue(kept, TRACING_ORIGIN_KEY) !== new URL(endpoint).origin) return undefined;
  const headers = secretValue(kept, TRACING_HEADERS_KEY);
  return problemOf(headers, TRACING_HEADERS_KEY) === undefined ? headers : undefined;
}

/**
 * @param secret what `headersSecretRef` names now
 * @param kept what server and worker use now: a Secret that was lost or broken takes no headers away that worked
 *   with the same collector
 */
export function readTracing(
  spec: TracingSpec | undefined,
  secret: LiveSecret | undefined,
  kept: LiveSecret | undefined,
): TracingAccess {
  if (!spec) return { isSent: false };
  const reference = spec.headersSecretRef;
  if (!reference) return { isSent: true };
  const { name, key } = reference;
  const headers = secretValue(secret, key);
  const problem = secret ? problemOf(headers, key) : 'does not exist';
  if (problem === undefined && headers !== undefined) return { isSent: true, headers };
  const before = keptFor(spec.endpoint, kept);
  const meanwhile =
    before === undefined
      ? 'no traces are sent until it is right'
      : 'server and worker go on with what they had';
  const finding: Finding = {
    reason: secret ? 'SecretInvalid' : 'SecretMissing',
    message: `Secret ${name} named in spec.monitoring.tracing.headersSecretRef ${problem}; ${meanwhile}`,
  };
  return before === undefined ? { isSent: false, finding } : { isSent: true, headers: before, finding };
}
