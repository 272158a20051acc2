import { request as send, type Dispatcher } from 'undici';
import { Agents } from './agents.ts';
import type { ClusterConfig } from './config.ts';
import { systemClock, type Clock } from './clock.ts';
import { Credentials } from './credentials.ts';
import { abortReason, Deadline } from './deadline.ts';
import { TransportError } from './errors.ts';
import { apiErrorOf, isLostConnection, transportErrorOf } from './http-errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ApiRequest {
  readonly method: Method;
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON, untouched. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** From the call to the last byte of the answer; for a stream: to its headers. Default 30 s. */
  readonly timeoutMs?: number;
}

/** Everything above this line of the stack speaks to the API server through these methods. */
export interface Transport {
  /** The parsed JSON answer. Throws ApiError, TransportError, or the signal's reason. */
  request(request: ApiRequest, signal: AbortSignal): Promise<unknown>;
  /** The bytes of an open-ended answer, as they come. Errors as in `request`. */
  stream(request: ApiRequest, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

export interface TransportMetrics {
  /** `code` is the HTTP status or `<error>`. */
  request(method: string, host: string, code: string, seconds: number): void;
}

export interface TransportOptions {
  readonly clock?: Clock;
  readonly metrics?: TransportMetrics;
  readonly userAgent?: string;
  /** Pool size of ordinary calls. Default 16. */
  readonly connections?: number;
  /** Default of ApiRequest.timeoutMs. */
  readonly timeoutMs?: number;
  readonly headersTimeoutMs?: number;
  readonly bodyTimeoutMs?: number;
  /** How old a token or certificate file may be in memory. Default 60 s. */
  readonly credentialsMaxAgeMs?: number;
}

type Pool = 'api' | 'watch';

/** What every attempt of one call shares. */
interface Call {
  readonly request: ApiRequest;
  readonly label: string;
  readonly pool: Pool;
  readonly outer: AbortSignal;
  readonly deadline: Deadline;
}

export class HttpTransport implements Transport {
  readonly #config: ClusterConfig;
  readonly #host: string;
  readonly #clock: Clock;
  readonly #metrics: TransportMetrics | undefined;
  readonly #userAgent: string;
  readonly #timeoutMs: number;
  readonly #credentials: Credentials;
  readonly #agents: Agents;

  constructor(config: ClusterConfig, options: TransportOptions = {}) {
    this.#config = config;
    this.#host = new URL(config.server).host;
    this.#clock = options.clock ?? systemClock;
    this.#metrics = options.metrics;
    this.#userAgent = options.userAgent ?? 'kube-transport';
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    this.#credentials = new Credentials(config, this.#clock, options.credentialsMaxAgeMs ?? 60_000);
    this.#agents = new Agents(config, options);
  }

  async request(request: ApiRequest, signal: AbortSignal): Promise<unknown> {
    const call = this.#call(request, 'api', signal);
    try {
      return await this.#exchange(call);
    } catch (error) {
      // Once, and reads only: whether a write was carried out before the connection broke is unknown.
      if (request.method !== 'GET' || !isLostConnection(error)) throw this.#explain(error, call);
      return await this.#exchange(call).catch((again: unknown) => {
        throw this.#explain(again, call);
      });
    } finally {
      call.deadline.dispose();
    }
  }

  async stream(request: ApiRequest, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const call = this.#call(request, 'watch', signal);
    try {
      const response = await this.#authenticated(call);
      call.deadline.disarm();
      return this.#chunks(response.body, call);
    } catch (error) {
      call.deadline.dispose();
      throw this.#explain(error, call);
    }
  }

  async close(): Promise<void> {
    await this.#agents.destroy();
  }

  #call(request: ApiRequest, pool: Pool, outer: AbortSignal): Call {
    const deadline = new Deadline(this.#clock, request.timeoutMs ?? this.#timeoutMs, outer);
    return { request, label: `${request.method} ${request.path}`, pool, outer, deadline };
  }

  async #exchange(call: Call): Promise<unknown> {
    const response = await this.#authenticated(call);
    const text = await response.body.text().catch((error: unknown) => {
      throw transportErrorOf(call.label, error);
    });
    if (text === '') return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new TransportError(
        call.label,
        'BAD_RESPONSE',
        'the answer is not JSON; is this a Kubernetes API server?',
      );
    }
  }

  /** A 401 was not acted on, so with new credentials any method may be sent again. */
  async #authenticated(call: Call): Promise<Dispatcher.ResponseData> {
    await this.#credentials.refresh();
    const { token, tls } = this.#credentials;
    const response = await this.#send(call);
    if (response.statusCode < 400) return response;
    const refusal = await this.#refusal(call, response);
    if (response.statusCode !== 401) throw refusal;
    await this.#credentials.refresh(true);
    if (this.#credentials.token === token && this.#credentials.tls === tls) throw refusal;
    const second = await this.#send(call);
    if (second.statusCode >= 400) throw await this.#refusal(call, second);
    return second;
  }

  async #send({ request, label, pool, deadline }: Call): Promise<Dispatcher.ResponseData> {
    const started = this.#clock.monotonic();
    const observe = (code: string): void =>
      this.#metrics?.request(request.method, this.#host, code, (this.#clock.monotonic() - started) / 1000);
    try {
      const response = await send(this.#config.server + request.path + queryString(request.query), {
        dispatcher: this.#agents.get(pool, this.#credentials.tls),
        method: request.method,
        headers: this.#headers(request),
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal: deadline.signal,
      });
      observe(String(response.statusCode));
      return response;
    } catch (error) {
      observe('<error>');
      throw transportErrorOf(label, error);
    }
  }

  #headers(request: ApiRequest): Record<string, string> {
    const token = this.#credentials.token;
    return {
      accept: request.accept ?? 'application/json',
      'user-agent': this.#userAgent,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
    };
  }

  async #refusal(call: Call, response: Dispatcher.ResponseData): Promise<Error> {
    const body = await response.body.text().catch(() => '');
    const retryAfter = response.headers['retry-after'];
    return apiErrorOf({
      request: call.label,
      path: call.request.path,
      status: response.statusCode,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      body,
      now: this.#clock.now(),
    });
  }

  async *#chunks(body: AsyncIterable<Uint8Array>, call: Call): AsyncIterable<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      throw this.#explain(transportErrorOf(call.label, error), call);
    } finally {
      call.deadline.dispose();
    }
  }

  /** Whatever undici threw for an abort, the caller sees whose abort it was. */
  #explain(error: unknown, { request, label, deadline, outer }: Call): unknown {
    if (outer.aborted) return abortReason(outer);
    if (!deadline.expired) return error;
    const seconds = (request.timeoutMs ?? this.#timeoutMs) / 1000;
    return new TransportError(label, 'DEADLINE', `no complete answer within ${seconds} s`);
  }
}

function queryString(query: Query | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text && `?${text}`;
}
