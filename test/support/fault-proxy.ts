/**
 * A proxy between one operator process and the API server, inside the test process. It numbers every write, keeps a
 * log of all requests, makes the caller the operator's ServiceAccount by impersonation (so RBAC is the real one), and
 * lets interceptors act at three places: before a request goes on, after the API server has answered but before the
 * operator hears of it, and after the operator has been answered. Watches are streamed through; an interceptor may
 * put a transform of its own into the stream.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { InterceptorChain } from './interceptor-chain.ts';
import type { Decision, Exchange, Interceptor, ProxyReply } from './interceptors.ts';
import { readAll, type Connection, type KubeClient } from './kube-client.ts';
import { close, listen } from './listen.ts';
import { endToEnd, ProxyUpstream, type Impersonation } from './proxy-upstream.ts';
import { RequestRecorder } from './request-recorder.ts';
import type { WriteLog } from './write-log.ts';

export interface FaultProxyOptions {
  /** With all rights; its sockets are used. */
  readonly upstream: KubeClient;
  readonly impersonate: Impersonation;
  readonly tls: ProxyTLS;
}

/** The name in the proxy's certificate. */
export const PROXY_NAME = 'kubernetes.default.svc';

/** PEM. */
export interface ProxyTLS {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

const newToken = (): string => randomBytes(16).toString('hex');

export class FaultProxy {
  readonly #options: FaultProxyOptions;
  readonly #upstream: ProxyUpstream;
  readonly #recorder = new RequestRecorder();
  readonly #interceptors = new InterceptorChain();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  /** Tokens of operators that were killed inside the test process: what they still send was never sent. */
  readonly #dead = new Set<string>();
  #token = newToken();
  #port = 0;

  private constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#upstream = new ProxyUpstream(options.upstream, options.impersonate);
    this.#server = createServer(options.tls, (incoming, outgoing) => {
      this.#serve(incoming, outgoing).catch(() => outgoing.destroy());
    });
    this.#server.on('secureConnection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Listens on a free port of 127.0.0.1. */
  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    proxy.#port = await listen(proxy.#server);
    return proxy;
  }

  get log(): WriteLog {
    return this.#recorder.log;
  }

  /** Only its bearer is served: the proxy lends out the rights of whoever started it. */
  get token(): string {
    return this.#token;
  }

  get connection(): Connection {
    const server = new URL(`https://127.0.0.1:${this.#port}`);
    return { server, serverName: PROXY_NAME, ca: this.#options.tls.ca, token: this.token };
  }

  /** A kubeconfig for the operator, with `namespace` as the current one. */
  kubeconfig(namespace: string): unknown {
    const cluster = {
      server: this.connection.server.origin,
      'tls-server-name': PROXY_NAME,
      'certificate-authority-data': Buffer.from(this.#options.tls.ca).toString('base64'),
    };
    return {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [{ name: 'test', cluster }],
      users: [{ name: 'test', user: { token: this.token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
    };
  }

  /** Adds an interceptor and returns the function that takes it away again. The first that does not pass decides. */
  intercept(interceptor: Interceptor): () => void {
    return this.#interceptors.add(interceptor);
  }

  /** Closes all connections of the operator; requests that have not gone on to the API server never will. */
  cutConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /**
   * As if the process that holds the token had been killed at this moment: its connections are closed and nothing that
   * it sends from now on reaches anybody. The next operator gets a token of its own.
   */
  revokeToken(): void {
    this.#dead.add(this.#token);
    this.#token = newToken();
    this.cutConnections();
  }

  async stop(): Promise<void> {
    this.cutConnections();
    await close(this.#server);
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const token = incoming.headers.authorization?.replace(/^Bearer /, '') ?? '';
    if (this.#dead.has(token)) return void outgoing.destroy();
    if (token !== this.#token) return void outgoing.writeHead(401).end();
    const { method = 'GET', url = '/' } = incoming;
    const exchange = this.#recorder.open(method, url, await readAll(incoming));
    const decision = await this.#interceptors.beforeForward(exchange);
    if (decision.kind !== 'pass') return this.#conclude(exchange, outgoing, decision, undefined);
    if (outgoing.destroyed) return undefined;
    const upstream = await this.#forward(exchange, incoming, outgoing);
    if (exchange.record.kind === 'read') return this.#stream(exchange, upstream, outgoing);
    const reply = {
      status: upstream.statusCode ?? 502,
      headers: upstream.headers,
      body: await readAll(upstream),
    };
    this.#recorder.answered(exchange, reply);
    const verdict = await this.#interceptors.afterApply(exchange, reply);
    return this.#conclude(exchange, outgoing, verdict, reply);
  }

  #forward(
    exchange: Exchange,
    { method = 'GET', headers }: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<IncomingMessage> {
    const request = { method, headers, body: exchange.body, path: this.#interceptors.pathOf(exchange) };
    if (exchange.record.kind !== 'read') return this.#upstream.send(request);
    // A read that nobody waits for any more ends upstream too; a write that has gone on is carried out.
    const abandoned = new AbortController();
    outgoing.once('close', () => abandoned.abort());
    return this.#upstream.send({ ...request, signal: abandoned.signal });
  }

  #stream(exchange: Exchange, upstream: IncomingMessage, outgoing: ServerResponse): void {
    const status = upstream.statusCode ?? 502;
    this.#recorder.streamed(exchange, status);
    outgoing.writeHead(status, upstream.headers);
    outgoing.flushHeaders();
    const isWatch = exchange.target.verb === 'watch';
    (isWatch ? this.#interceptors.watchStream(exchange, upstream) : upstream).pipe(outgoing);
    upstream.once('error', () => outgoing.destroy());
  }

  #conclude(
    exchange: Exchange,
    outgoing: ServerResponse,
    decision: Decision,
    applied: ProxyReply | undefined,
  ): void {
    if (decision.kind === 'hang') return;
    const reply = decision.kind === 'answer' ? decision.reply : applied;
    if (decision.kind === 'cut' || reply === undefined) {
      outgoing.destroy();
      return;
    }
    if (decision.kind === 'answer') exchange.record.injected = true;
    if (applied === undefined) this.#recorder.answered(exchange, reply);
    outgoing.once('finish', () => this.#interceptors.afterReply(exchange, reply));
    outgoing.writeHead(reply.status, {
      ...endToEnd(reply.headers),
      'content-length': String(reply.body.length),
    });
    outgoing.end(reply.body);
  }
}
