import { currentTrace } from '../../common/tracing/scope.ts';
import { traceHeadersOf } from '../../common/tracing/trace-context.ts';
import { type Attributes, clientAttributesOf, inSpan } from '../../common/tracing/tracer.ts';
import { type OutboundAnswer, OutboundClient } from '../../outbound/outbound-client.ts';
import { OutboundError, type OutboundFailure } from '../../outbound/outbound-error.ts';
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

const FAILURES: Readonly<Record<OutboundFailure, Omit<SourceErrorOptions, 'cause'>>> = {
  refused: { failure: 'refused' },
  unresolvable: { failure: 'unreachable' },
  unreachable: { failure: 'unreachable' },
  timeout: { failure: 'timeout' },
  endless: { failure: 'contract', violation: 'endless' },
  'too-large': { failure: 'contract', violation: 'too_large' },
  undecodable: { failure: 'contract', violation: 'not_json' },
  // None is followed.
  'too-many-redirects': { failure: 'contract', violation: 'unexpected_status' },
};

/** Gets from the one server that the administrator configured, and says in the words of a source what went wrong. */
export class HttpClient implements Transport {
  readonly #base: string;
  readonly #outbound: OutboundClient;
  readonly #attributes: Attributes;

  /** @param base for example `http://127.0.0.1:8080`, without a slash at the end */
  constructor(base: string, connectMs?: number) {
    this.#base = base;
    this.#attributes = clientAttributesOf(new URL(base));
    this.#outbound = new OutboundClient(
      { kind: 'configured', origin: new URL(base).origin },
      connectMs === undefined ? {} : { connectMs },
    );
  }

  async get(path: string, limits: HttpLimits, signal: AbortSignal): Promise<HttpAnswer> {
    try {
      const answer = await inSpan('GET', 'client', this.#attributes, () => this.#ask(path, limits, signal));
      return { status: answer.status, mediaType: answer.mediaType, body: textOf(answer.body) };
    } catch (error) {
      throw error instanceof OutboundError
        ? failure({ ...FAILURES[error.failure], cause: error.cause ?? error })
        : error;
    }
  }

  close(): Promise<void> {
    return this.#outbound.close();
  }

  /** The server is the administrator's own, so it is told of the trace. */
  #ask(path: string, limits: HttpLimits, signal: AbortSignal): Promise<OutboundAnswer> {
    const trace = currentTrace();
    const headers = {
      accept: 'application/json',
      ...(trace === undefined ? {} : traceHeadersOf(trace)),
    };
    return this.#outbound.send({ url: this.#base + path, headers, limits, signal });
  }
}

function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw failure({ failure: 'contract', violation: 'not_json', cause: error });
  }
}

function failure(options: SourceErrorOptions): SourceError {
  return new SourceError('the answer', options);
}
