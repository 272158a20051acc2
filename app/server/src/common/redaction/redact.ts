import { knownSecrets, REDACTED } from './known-secrets.ts';
import { hidePatterns } from './patterns.ts';
import { isSensitiveInQuery, isSensitiveName, SENSITIVE_WORDS } from './sensitive-names.ts';

/** A text without the secrets that this process knows, and without what looks like one. */
export function redactText(text: string): string {
  return hidePatterns(knownSecrets.hideIn(text));
}

/** A part of a URL, or as it was written where it cannot be decoded. */
export function decodedPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The target of a request, with the values of sensitive parameters hidden however their names are written. */
export function redactUrl(target: string): string {
  const query = target.indexOf('?');
  if (query === -1) return target;
  const pairs = target.slice(query + 1).split('&');
  const hidden = pairs.map((pair) => {
    const [name = ''] = pair.split('=', 1);
    return name.length < pair.length && isSensitiveInQuery(decodedPart(name.replaceAll('+', ' ')))
      ? `${name}=${REDACTED}`
      : pair;
  });
  return `${target.slice(0, query)}?${hidden.join('&')}`;
}

/** What stands under a sensitive name: every text and number in it, so that its shape stays. Counted tokens are none. */
function concealed(value: unknown, isToken: boolean): unknown {
  if (typeof value === 'string') return value === '' ? value : REDACTED;
  if (typeof value === 'number') return isToken ? value : REDACTED;
  if (Array.isArray(value)) return value.map((one) => concealed(one, isToken));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, concealed(one, isToken)]));
}

const isOfTokens = (name: string): boolean => /tokens?$/i.test(name);

function fieldsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fieldsOf);
  if (typeof value !== 'object' || value === null) return value;
  // Bytes as JSON has them: keys are bytes here, and nothing else that is logged is.
  if ('type' in value && value.type === 'Buffer') return REDACTED;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      isSensitiveName(name) ? concealed(one, isOfTokens(name)) : fieldsOf(one),
    ]),
  );
}

const SENSITIVE_FIELD = new RegExp(`(?:${SENSITIVE_WORDS})"\\s*:|"type":"Buffer"`, 'i');

/**
 * A line of JSON without secrets: by field at any depth, by value and by pattern. Pino's own redaction takes paths, which
 * reach one level below a wildcard. Only a line that has such a field is read and written anew.
 */
export function redactLine(line: string): string {
  return redactText(SENSITIVE_FIELD.test(line) ? redactJson(line) : line);
}

function redactJson(line: string): string {
  try {
    const end = line.endsWith('\n') ? '\n' : '';
    return `${JSON.stringify(fieldsOf(JSON.parse(line)))}${end}`;
  } catch {
    // Not JSON: the patterns know `name: 'value'` and `name=value`.
    return line;
  }
}
