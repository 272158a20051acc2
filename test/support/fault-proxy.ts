/**
 * A proxy between one operator process and the API server, inside the test process. It numbers every write, keeps a
 * log of all requests, makes the caller the operator's ServiceAccount by impersonation (so RBAC is the real one), and
 * lets interceptors act at three places: before a request goes on, after the API server has answered but before the
 * operator hears of it, and after the operator has been answered. Watches are streamed through; an interceptor may
 * put a transform of its own into the stream.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request as httpsRequest, type Server } from 'node:https';
import type { Socket } from 'node:net';
import {
  PASS,
  type Decision,
  type Exchange,
  type Interceptor,
  type Judgement,
  type ProxyReply,
} from './interceptors.ts';
import { readAll, type Connection, type KubeClient } from './kube-client.ts';
import { close, listen } from './listen.ts';
import { objectKey, parseTarget } from './request-target.ts';
import { WriteLog, type RequestRecord } from './write-log.ts';

export interface FaultProxyOptions {
  /** With all rights; its sockets are used. */
  readonly upstream: KubeClient;
  /** Who the operator is to the API server, for example `system:serviceaccount:NAMESPACE:NAME` and its groups. */
  readonly impersonate: { readonly user: string; readonly groups: readonly string[] };
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

const HOP_HEADERS = new Set([
  'authorization',
  'connection',
  'host',
  'keep-alive',
  'transfer-encoding',
  'content-length',
]);

const newToken = (): string => randomBytes(16).toString('hex');

const hash = (body: Buffer): string => createHash('sha256').update(body).digest('hex').slice(0, 16);

interface Metadata {
  readonly name?: string;
  readonly resourceVersion?: string;
}

function parseMetadata(body: Buffer): Metadata {
  try {
    const object: { readonly metadata?: Metadata } = JSON.parse(body.toString('utf8'));
    return object.metadata ?? {};
  } catch {
    return {};
  }
}

/** Headers that go on as they are. */
function endToEnd(headers: ProxyReply['headers']): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || HOP_HEADERS.has(name)) continue;
    kept[name] = typeof value === 'string' ? value : [...value];
  }
  return kept;
}

export class FaultProxy {
  readonly log = new WriteLog();
  readonly #options: FaultProxyOptions;
  readonly #started = performance.now();
  readonly #interceptors = new Set<Interceptor>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  /** Tokens of operators that were killed inside the test process: what they still send was never sent. */
  readonly #dead = new Set<string>();
  #token = newToken();
  #port = 0;

  private constructor(options: FaultProxyOptions) {
    this.#options = options;
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
    this.#interceptors.add(interceptor);
    return () => this.#interceptors.delete(interceptor);
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

  #open(incoming: IncomingMessage, body: Buffer): Exchange {
    const path = incoming.url ?? '/';
    const method = incoming.method ?? 'GET';
    const target = parseTarget(method, path);
    const isRead = target.verb === 'get' || target.verb === 'list' || target.verb === 'watch';
    const kind = isRead ? 'read' : target.resource === 'leases' ? 'lease' : 'write';
    const record: RequestRecord = {
      number: kind === 'read' ? undefined : this.log.nextNumber(kind),
      kind,
      verb: target.verb,
      object: objectKey(target, target.verb === 'create' ? parseMetadata(body).name : undefined),
      path,
      startedAt: performance.now() - this.#started,
      requestHash: isRead ? undefined : hash(body),
    };
    this.log.records.push(record);
    return { target, record, path, body };
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const token = incoming.headers.authorization?.replace(/^Bearer /, '') ?? '';
    if (this.#dead.has(token)) return void outgoing.destroy();
    if (token !== this.#token) return void outgoing.writeHead(401).end();
    const exchange = this.#open(incoming, await readAll(incoming));
    const decision = await this.#judge((interceptor) => interceptor.beforeForward?.(exchange));
    if (decision.kind !== 'pass') return this.#conclude(exchange, outgoing, decision, undefined);
    if (outgoing.destroyed) return undefined;
    const upstream = await this.#forward(exchange, incoming, outgoing);
    if (exchange.record.kind === 'read') return this.#stream(exchange, upstream, outgoing);
    const reply = {
      status: upstream.statusCode ?? 502,
      headers: upstream.headers,
      body: await readAll(upstream),
    };
    this.#note(exchange, reply);
    const verdict = await this.#judge((interceptor) => interceptor.afterApply?.(exchange, reply));
    return this.#conclude(exchange, outgoing, verdict, reply);
  }

  async #judge(ask: (interceptor: Interceptor) => Judgement): Promise<Decision> {
    for (const interceptor of this.#interceptors) {
      const decision = await ask(interceptor);
      if (decision !== undefined && decision.kind !== 'pass') return decision;
    }
    return PASS;
  }

  #forward(
    exchange: Exchange,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<IncomingMessage> {
    const { user, groups } = this.#options.impersonate;
    const { agent, connection } = this.#options.upstream;
    const headers: Record<string, string | string[]> = {
      ...endToEnd(incoming.headers),
      ...(connection.token === undefined ? {} : { authorization: `Bearer ${connection.token}` }),
      ...(exchange.body.length > 0 ? { 'content-length': String(exchange.body.length) } : {}),
      'impersonate-user': user,
      'impersonate-group': [...groups],
    };
    const { hostname, port } = connection.server;
    const method = incoming.method ?? 'GET';
    const path = this.#rewrite(exchange);
    return new Promise((resolve, reject) => {
      const request = httpsRequest({ agent, hostname, port, method, path, headers }, resolve);
      request.once('error', reject);
      // A read that nobody waits for any more ends upstream too; a write that has gone on is carried out.
      if (exchange.record.kind === 'read') outgoing.once('close', () => request.destroy());
      request.end(exchange.body.length > 0 ? exchange.body : undefined);
    });
  }

  #rewrite(exchange: Exchange): string {
    for (const interceptor of this.#interceptors) {
      const path = interceptor.rewrite?.(exchange);
      if (path !== undefined) return path;
    }
    return exchange.path;
  }

  #stream(exchange: Exchange, upstream: IncomingMessage, outgoing: ServerResponse): void {
    exchange.record.status = upstream.statusCode ?? 502;
    exchange.record.durationMs = performance.now() - this.#started - exchange.record.startedAt;
    outgoing.writeHead(upstream.statusCode ?? 502, upstream.headers);
    outgoing.flushHeaders();
    let source: NodeJS.ReadableStream = upstream;
    for (const interceptor of exchange.target.verb === 'watch' ? this.#interceptors : []) {
      const transform = interceptor.watchStream?.(exchange);
      if (transform !== undefined) source = source.pipe(transform);
    }
    source.pipe(outgoing);
    upstream.once('error', () => outgoing.destroy());
  }

  #note(exchange: Exchange, reply: ProxyReply): void {
    const { record } = exchange;
    record.status = reply.status;
    record.durationMs = performance.now() - this.#started - record.startedAt;
    record.responseHash = hash(reply.body);
    const { resourceVersion } = parseMetadata(reply.body);
    if (resourceVersion !== undefined) record.resourceVersion = resourceVersion;
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
    if (applied === undefined) this.#note(exchange, reply);
    outgoing.once('finish', () => {
      for (const interceptor of this.#interceptors) interceptor.afterReply?.(exchange, reply);
    });
    outgoing.writeHead(reply.status, {
      ...endToEnd(reply.headers),
      'content-length': String(reply.body.length),
    });
    outgoing.end(reply.body);
  }
}
