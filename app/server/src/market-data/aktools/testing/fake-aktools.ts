import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '../../../common/clock.ts';
import { type FakeFunction, fakeFunctions, KeyError, type Query } from './fake-functions.ts';
import { FakeUpstream } from './fake-upstream.ts';

/** Starlette runs synchronous handlers in a pool of this size. */
const POOL = 40;
const IDLE_MS = 5_000;
const HINT = '请升级 AKShare 到最新版本并在文档中确认该接口的使用方式：https://akshare.akfamily.xyz';

export interface FakeCall {
  readonly name: string;
  readonly query: Query;
}

/** Writes an answer of its own instead of the function's. */
export type Override = (response: ServerResponse, query: Query) => void | Promise<void>;

/** AKTools 0.0.91 as a client sees it: bodies, texts, statuses, and how it treats its sockets. */
export class FakeAKTools {
  readonly upstream: FakeUpstream;
  readonly calls: FakeCall[] = [];
  readonly overrides = new Map<string, Override>();
  /** Time that one request to a host takes: paging of the whole market makes 57 of them, one after another. */
  requestMs = 0;
  /** Most calls that were in the pool at once. */
  busiest = 0;
  connections = 0;
  readonly #server: Server;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  private constructor(clock: Clock) {
    this.upstream = new FakeUpstream(clock);
    this.#server = createServer({ keepAliveTimeout: IDLE_MS }, (request, response) => {
      void this.#handle(request, response);
    });
    this.#server.on('connection', () => (this.connections += 1));
  }

  static async start(clock: Clock = systemClock): Promise<FakeAKTools> {
    const fake = new FakeAKTools(clock);
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  callsOf(name: string): readonly FakeCall[] {
    return this.calls.filter((call) => call.name === name);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // uvicorn says neither keep-alive nor close.
    response.removeHeader('connection');
    const url = new URL(request.url ?? '/', 'http://fake');
    if (request.method !== 'GET') return json(response, 405, { detail: 'Method Not Allowed' });
    if (url.pathname === '/' || url.pathname === '/version') return serverError(response);
    if (url.pathname === '/openapi.json') return json(response, 200, { openapi: '3.1.0', paths: {} });
    const [, name, slash] = /^\/api\/public\/([^/]+)(\/?)$/.exec(url.pathname) ?? [];
    if (name === undefined) return json(response, 404, { detail: 'Not Found' });
    if (slash === '/') {
      response.writeHead(307, { location: url.href.replace(/\/(\?|$)/, '$1') }).end();
      return;
    }
    await this.#inPool(() => this.#call(name, Object.fromEntries(url.searchParams), response));
  }

  async #inPool(work: () => Promise<void>): Promise<void> {
    if (this.#busy >= POOL) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#busy += 1;
    this.busiest = Math.max(this.busiest, this.#busy);
    try {
      await work();
    } finally {
      this.#busy -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #call(name: string, query: Query, response: ServerResponse): Promise<void> {
    this.calls.push({ name, query });
    const override = this.overrides.get(name);
    if (override !== undefined) return override(response, query);
    const called = Object.hasOwn(fakeFunctions, name) ? fakeFunctions[name] : undefined;
    if (called === undefined) return json(response, 404, { error: `未找到该接口，${HINT}` });
    // TypeError: unexpected keyword argument.
    if (Object.keys(query).some((key) => !called.parameters.includes(key))) return serverError(response);
    const ban = this.upstream.ask(called.host, called.requests);
    if (ban === 'hang') return;
    if (this.requestMs > 0) await sleep(this.requestMs * called.requests);
    if (ban === 'refuse') return serverError(response);
    return answer(called, query, response);
  }
}

function answer(called: FakeFunction, query: Query, response: ServerResponse): void {
  try {
    const table = called.answer(query);
    if (table === undefined) {
      json(response, 404, {
        error: '该接口返回数据为空，请确认参数是否正确：https://akshare.akfamily.xyz',
      });
      return;
    }
    json(response, 200, table);
  } catch (error) {
    if (!(error instanceof KeyError)) return serverError(response);
    json(response, 404, { error: `请输入正确的参数错误 ${error.message}，${HINT}` });
  }
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json', JSON.stringify(body));
}

/** Every exception but KeyError; the socket is closed after it, and nobody is told. */
export function serverError(response: ServerResponse): void {
  const { socket } = response;
  send(response, 500, 'text/plain; charset=utf-8', 'Internal Server Error', () =>
    setImmediate(() => socket?.end()),
  );
}

function send(response: ServerResponse, status: number, type: string, body: string, sent?: () => void): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body, sent);
}
