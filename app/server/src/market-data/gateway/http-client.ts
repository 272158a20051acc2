import { OutboundClient } from '../../outbound/outbound-client.ts';
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

  /** @param base for example `http://127.0.0.1:8080`, without a slash at the end */
  constructor(base: string, connectMs?: number) {
    this.#base = base;
    this.#outbound = new OutboundClient(
      { kind: 'configured', origin: new URL(base).origin },
      connectMs === undefined ? {} : { connectMs },
    );
  }

  async get(path: string, limits: HttpLimits, signal: AbortSignal): Promise<HttpAnswer> {
    const headers = { accept: 'application/json' };
    try {
      const answer = await this.#outbound.send({ url: this.#base + path, headers, limits, signal });
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
