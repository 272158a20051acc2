import type { Request } from 'express';
import { DomainError, InvalidParameterError } from '../errors.ts';
import type { Middleware } from './middleware.ts';

/** Node refuses more than 16 KiB of head altogether; these are far beyond what any client of ours sends. */
const LONGEST_URL = 8_192;
const MOST_HEADERS = 100;
const MOST_PARAMETERS = 64;

class UrlTooLongError extends DomainError {
  readonly kind = 'uri-too-long';
  readonly status = 414;
  readonly title = 'URI Too Long';
}

class TooManyHeadersError extends DomainError {
  readonly kind = 'request-header-fields-too-large';
  readonly status = 431;
  readonly title = 'Request Header Fields Too Large';
}

function refusal({
  originalUrl,
  rawHeaders,
  headersDistinct,
  httpVersion,
}: Request): DomainError | undefined {
  if (originalUrl.length > LONGEST_URL)
    return new UrlTooLongError(`the URL has more than ${LONGEST_URL} characters`);
  // Node lists names and values in turn. Beyond 2,000 it would drop fields without a word.
  if (rawHeaders.length > 2 * MOST_HEADERS)
    return new TooManyHeadersError(`the request has more than ${MOST_HEADERS} header fields`);
  if (headersDistinct['host'] === undefined && httpVersion === '1.1')
    return new InvalidParameterError('Host', 'must be given');
  // Of two, Node takes the first; a proxy may have judged by the second.
  if ((headersDistinct['host']?.length ?? 0) > 1)
    return new InvalidParameterError('Host', 'must be given once');
  // Node reads a body in an encoding that it does not know until the connection ends.
  const encoding = headersDistinct['transfer-encoding']?.join() ?? 'chunked';
  if (encoding.toLowerCase() !== 'chunked')
    return new InvalidParameterError('Transfer-Encoding', 'must be chunked');
  const query = originalUrl.split('?', 2)[1] ?? '';
  // Beyond 1,000 the parser would drop parameters without a word.
  if (query.split('&').length > MOST_PARAMETERS)
    return new InvalidParameterError('query', `must have at most ${MOST_PARAMETERS} parameters`);
  return undefined;
}

/** Bounds what a request may hold beside its body. */
export const requestLimits: Middleware = (request, _response, next) => next(refusal(request));
