import { Agent, type Dispatcher, errors } from 'undici';
import { SourceError, type SourceErrorOptions } from '../source-error.ts';

export interface HttpAnswer {
  readonly status: number;
  /** Media type without parameters, in lower case. */
  readonly mediaType: string;
  readonly body: string;
}

export interface HttpLimits {
  /** From asking to the last byte. */
  readonly deadlineMs: number;
  readonly maxBytes: number;
}

/** Gets one path. Throws SourceError, or what `signal` was aborted with. */
export interface Transport {
  get(path: string, limits: HttpLimits, signal: AbortSignal): Promise<HttpAnswer>;
}

const CONNECT_MS = 5_000;
/** Silence within a body; a source that writes its answer at once has no reason to pause. */
const SILENCE_MS = 30_000;

/**
 * HTTP to one server, one connection per call. A kept connection would save nothing at a call every few seconds, and
 * AKTools closes it after a 500 and after five idle seconds without saying so, which the next call would suffer for.
 */
export class HttpClient implements Transport {
  readonly #base: string;
  readonly #agent: Agent;

  /** @param base for example `http://127.0.0.1:8080`, without a slash at the end */
  constructor(base: string, connectMs = CONNECT_MS) {
    this.#base = base;
    this.#agent = new Agent({
      connect: { timeout: connectMs },
      pipelining: 0,
      bodyTimeout: SILENCE_MS,
    });
  }

  async get(path: string, limits: HttpLimits, signal: AbortSignal): Promise<HttpAnswer> {
    const deadline = AbortSignal.timeout(limits.deadlineMs);
    const url = new URL(this.#base + path);
    let headersSeen = false;
    try {
      const answer = await this.#agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'GET',
        headers: { accept: 'application/json', 'accept-encoding': 'identity' },
        headersTimeout: limits.deadlineMs,
        signal: AbortSignal.any([signal, deadline]),
      });
      headersSeen = true;
      const body = await readBody(answer, limits.maxBytes);
      return { status: answer.statusCode, mediaType: mediaTypeOf(answer), body };
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof SourceError ? error : failureOf(error, headersSeen, deadline.aborted);
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

function mediaTypeOf({ headers }: Dispatcher.ResponseData): string {
  const header = headers['content-type'];
  const first = Array.isArray(header) ? header[0] : header;
  return (first ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** At most `maxBytes`; what comes after is not waited for, and never held. */
async function readBody({ body, headers }: Dispatcher.ResponseData, maxBytes: number): Promise<string> {
  // Destroying a body makes it emit an error that nobody else would listen to.
  body.on('error', () => undefined);
  const chunks: Buffer[] = [];
  let size = Number(headers['content-length'] ?? 0) > maxBytes ? Infinity : 0;
  if (size <= maxBytes) {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  }
  if (size > maxBytes) {
    body.destroy();
    throw failure({ failure: 'contract', violation: 'too_large', cause: `more than ${maxBytes} bytes` });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw failure({ failure: 'contract', violation: 'not_json', cause: error });
  }
}

function failureOf(error: unknown, headersSeen: boolean, deadlinePassed: boolean): SourceError {
  if (deadlinePassed)
    return failure(
      headersSeen
        ? { failure: 'contract', violation: 'endless', cause: 'the body did not end before the deadline' }
        : { failure: 'timeout', cause: 'no answer before the deadline' },
    );
  const silent = error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError;
  return failure({ failure: silent ? 'timeout' : 'unreachable', cause: error });
}

function failure(options: SourceErrorOptions): SourceError {
  return new SourceError('the answer', options);
}
