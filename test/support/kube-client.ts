/**
 * A small client of the API server for tests. It shares no code with the operator, so that a mistake in the
 * operator's transport cannot hide itself.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { parse } from 'yaml';
import type { KubeObject, ObjectList } from './kube-objects.ts';

/** Where an API server is and who we are there. Certificates and keys are PEM. */
export interface Connection {
  /** Always https. */
  readonly server: URL;
  /** Name in the server's certificate, where it is not that of the URL. */
  readonly serverName?: string;
  readonly ca?: string;
  readonly token?: string;
  readonly certificate?: { readonly cert: string; readonly key: string };
}

export interface Reply<T = unknown> {
  readonly status: number;
  readonly body: T;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

/** The API server answered with another status than success; `reply.body` is usually a `Status` object. */
export class KubeError extends Error {
  readonly reply: Reply;
  constructor(method: string, path: string, reply: Reply) {
    super(`${method} ${path}: ${reply.status}: ${messageOf(reply)}`);
    this.name = 'KubeError';
    this.reply = reply;
  }
}

/** What the API server said about a failure: the message of its `Status` object, else the whole body. */
export function messageOf({ body }: Reply): string {
  const hasMessage = typeof body === 'object' && body !== null && 'message' in body;
  return hasMessage ? String(body.message) : JSON.stringify(body);
}

export const isNotFound = (error: unknown): boolean =>
  error instanceof KubeError && error.reply.status === 404;

interface KubeconfigFile {
  readonly 'current-context': string;
  readonly contexts: readonly {
    readonly name: string;
    readonly context: { readonly cluster: string; readonly user: string };
  }[];
  readonly clusters: readonly { readonly name: string; readonly cluster: Readonly<Record<string, string>> }[];
  readonly users: readonly { readonly name: string; readonly user: Readonly<Record<string, string>> }[];
}

function pem(entry: Readonly<Record<string, string>>, key: string): string | undefined {
  const inline = entry[`${key}-data`];
  if (inline !== undefined) return Buffer.from(inline, 'base64').toString('utf8');
  const file = entry[key];
  return file === undefined ? undefined : readFileSync(file, 'utf8');
}

/** Reads the current context of a kubeconfig file; tokens and client certificates are understood, plug-ins are not. */
export function readKubeconfig(file: string): Connection {
  const config: KubeconfigFile = parse(readFileSync(file, 'utf8'));
  const context = config.contexts.find(({ name }) => name === config['current-context'])?.context;
  const cluster = config.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config.users.find(({ name }) => name === context?.user)?.user;
  if (!cluster?.['server'] || !user)
    throw new Error(`${file}: the current context names no cluster or no user`);
  const ca = pem(cluster, 'certificate-authority');
  const cert = pem(user, 'client-certificate');
  const key = pem(user, 'client-key');
  return {
    server: new URL(cluster['server']),
    ...(ca === undefined ? {} : { ca }),
    ...(user['token'] === undefined ? {} : { token: user['token'] }),
    ...(cert === undefined || key === undefined ? {} : { certificate: { cert, key } }),
  };
}

/** An agent that knows the certificates of this connection and keeps its sockets alive. */
function agentFor(connection: Connection): Agent {
  return new Agent({
    keepAlive: true,
    ...(connection.ca === undefined ? {} : { ca: connection.ca }),
    ...(connection.serverName === undefined ? {} : { servername: connection.serverName }),
    ...connection.certificate,
  });
}

function authorization(connection: Connection): Record<string, string> {
  return connection.token === undefined ? {} : { authorization: `Bearer ${connection.token}` };
}

/** The whole body of a request or response. */
export async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  message.on('data', (chunk: Buffer) => chunks.push(chunk));
  await finished(message);
  return Buffer.concat(chunks);
}

export class KubeClient {
  readonly connection: Connection;
  /** For whoever sends requests of its own over the same sockets. */
  readonly agent: Agent;
  readonly #base: RequestOptions;

  constructor(connection: Connection) {
    this.connection = connection;
    this.agent = agentFor(connection);
    this.#base = { agent: this.agent, hostname: connection.server.hostname, port: connection.server.port };
  }

  #send(method: string, path: string, options: CallOptions, signal?: AbortSignal): Promise<IncomingMessage> {
    const payload = options.body === undefined ? undefined : JSON.stringify(options.body);
    const headers: Record<string, string> = {
      ...authorization(this.connection),
      accept: options.accept ?? 'application/json',
      ...options.headers,
    };
    if (payload !== undefined) {
      headers['content-type'] = options.contentType ?? 'application/json';
      // Node adds no length to a DELETE by itself, and the body would be read as the next request.
      headers['content-length'] = String(Buffer.byteLength(payload));
    }
    return new Promise((resolve, reject) => {
      const cancel = signal === undefined ? {} : { signal };
      const outgoing = httpsRequest({ ...this.#base, method, path, headers, ...cancel }, resolve);
      outgoing.once('error', reject);
      outgoing.end(payload);
    });
  }

  /** One call, whatever its status; a body that is not JSON comes back as text. */
  async call<T = unknown>(
    method: string,
    path: string,
    options: CallOptions = {},
    signal?: AbortSignal,
  ): Promise<Reply<T>> {
    const message = await this.#send(method, path, options, signal ?? AbortSignal.timeout(30_000));
    const text = (await readAll(message)).toString('utf8');
    const status = message.statusCode ?? 0;
    // A proxy or a panic answers in plain text.
    const isJSON = message.headers['content-type']?.startsWith('application/json') ?? false;
    const body: T = JSON.parse(isJSON ? text : JSON.stringify(text));
    return { status, body };
  }

  async #expectSuccess<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    const reply = await this.call<T>(method, path, options);
    if (reply.status >= 300) throw new KubeError(method, path, reply);
    return reply.body;
  }

  get<T>(path: string): Promise<T> {
    return this.#expectSuccess('GET', path);
  }

  /** Undefined where the object does not exist. */
  async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list<T extends KubeObject>(path: string): Promise<readonly T[]> {
    return (await this.get<ObjectList<T>>(path)).items;
  }

  create<T>(path: string, body: unknown): Promise<T> {
    return this.#expectSuccess('POST', path, { body });
  }

  replace<T>(path: string, body: unknown): Promise<T> {
    return this.#expectSuccess('PUT', path, { body });
  }

  /** JSON merge patch. */
  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#expectSuccess('PATCH', path, {
      body,
      contentType: 'application/merge-patch+json',
    });
  }

  /** True when there was something to delete. */
  async delete(path: string, options?: unknown): Promise<boolean> {
    try {
      await this.#expectSuccess('DELETE', path, options === undefined ? {} : { body: options });
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  /** One watch connection, until the server ends it. */
  async *watch<T>(path: string, signal: AbortSignal): AsyncGenerator<WatchEvent<T>> {
    const message = await this.#send('GET', path, {}, signal);
    if (message.statusCode !== 200) {
      const body = (await readAll(message)).toString('utf8');
      throw new KubeError('WATCH', path, { status: message.statusCode ?? 0, body });
    }
    for await (const line of createInterface({ input: message })) {
      if (line === '') continue;
      const event: WatchEvent<T> = JSON.parse(line);
      yield event;
    }
  }

  /** Closes all connections. */
  close(): void {
    this.agent.destroy();
  }
}

/** Clients of this process by the text of their kubeconfig: two control planes may come to lie in one folder. */
const shared = new Map<string, KubeClient>();

/** One client for all of a process, never closed: each plan of its own would pay for handshakes anew. */
export function sharedClient(kubeconfig: string): KubeClient {
  const key = readFileSync(kubeconfig, 'utf8');
  const client = shared.get(key) ?? new KubeClient(readKubeconfig(kubeconfig));
  shared.set(key, client);
  return client;
}
