import {
  createServer as createPlain,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { ClusterConfig } from '../config.ts';
import { sendJson } from './answers.ts';
import {
  FakeObjects,
  mergePatch,
  Refusal,
  type Json,
  type StoredEvent,
  type StoredObject,
} from './fake-objects.ts';

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** The bytes on the wire. */
  readonly body: string;
}

/** True: answered, or left hanging on purpose. False: the next script, in the end the object store, answers. */
export type Script = (request: RecordedRequest, response: ServerResponse) => boolean;

interface Target {
  readonly collection: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

const PATH =
  /^\/(api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/(status))?$/;

/** An HTTP(S) server with a small object store behind it and scripts in front, for faults a real one cannot be made to show. */
export class FakeApiServer {
  readonly objects = new FakeObjects();
  readonly requests: RecordedRequest[] = [];
  /** Connections accepted so far. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #scripts: Script[] = [];
  readonly #watches = new Set<ServerResponse>();
  readonly #secure: boolean;

  private constructor(tls?: { readonly key: string; readonly cert: string; readonly ca?: string }) {
    const handler = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#receive(request, response);
    this.#secure = tls !== undefined;
    this.#server = tls
      ? createSecure({ ...tls, ...(tls.ca ? { requestCert: true, rejectUnauthorized: true } : {}) }, handler)
      : createPlain(handler);
    this.#server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(tls?: {
    readonly key: string;
    readonly cert: string;
    readonly ca?: string;
  }): Promise<FakeApiServer> {
    const fake = new FakeApiServer(tls);
    await new Promise<void>((resolve) => {
      fake.#server.listen(0, '127.0.0.1', resolve);
    });
    return fake;
  }

  get config(): ClusterConfig {
    const { port } = this.#server.address() as AddressInfo;
    return { server: `${this.#secure ? 'https' : 'http'}://127.0.0.1:${port}` };
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  /** Runs before the object store, latest script first, until the returned function is called. */
  script(script: Script): () => void {
    this.#scripts.unshift(script);
    return () => {
      const at = this.#scripts.indexOf(script);
      if (at >= 0) this.#scripts.splice(at, 1);
    };
  }

  /** As `script`, for the first request that matches. */
  once(
    matches: (request: RecordedRequest) => boolean,
    answer: (request: RecordedRequest, response: ServerResponse) => void,
  ): void {
    const remove = this.script((request, response) => {
      if (!matches(request)) return false;
      remove();
      answer(request, response);
      return true;
    });
  }

  /** A raw line into every open watch. */
  inject(line: string): void {
    for (const response of this.#watches) response.write(line);
  }

  bookmark(): void {
    const object = { metadata: { resourceVersion: String(this.objects.version) } };
    this.inject(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }

  endWatches(): void {
    for (const response of this.#watches) response.end();
    this.#watches.clear();
  }

  /** Resets every connection, as when the API server dies. */
  resetConnections(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  async #receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url ?? '/', 'http://fake');
    const request: RecordedRequest = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    this.requests.push(request);
    if (this.#scripts.some((script) => script(request, response))) return;
    try {
      this.#answer(request, response);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, 'InternalError', String(error));
      sendJson(response, refusal.code, refusal.status);
    }
  }

  #answer(request: RecordedRequest, response: ServerResponse): void {
    if (request.path === '/version')
      return sendJson(response, 200, { major: '1', minor: '34', gitVersion: 'v1.34.0' });
    const match = PATH.exec(request.path);
    if (!match) throw new Refusal(404, 'NotFound', 'the server could not find the requested resource');
    const [, groupVersion, namespace, plural, name] = match;
    const target: Target = {
      collection: `${groupVersion}/${plural}`,
      namespace,
      name: name && decodeURIComponent(name),
    };
    if (request.method !== 'GET') return this.#write(request, target, response);
    if (target.name) return sendJson(response, 200, this.objects.get(target.collection, keyOf(target)));
    if (request.query.get('watch') === 'true') return this.#watch(request, target, response);
    return this.#list(request, target, response);
  }

  #list(request: RecordedRequest, target: Target, response: ServerResponse): void {
    const all = this.objects.all(target.collection).filter((object) => selected(request, target, object));
    const limit = Number(request.query.get('limit') ?? 0);
    const from = Number(request.query.get('continue') ?? 0);
    const page = limit ? all.slice(from, from + limit) : all;
    const rest = limit && from + limit < all.length ? String(from + limit) : undefined;
    const metadata = { resourceVersion: String(this.objects.version), ...(rest ? { continue: rest } : {}) };
    // As the real one: the items of a built-in list carry neither apiVersion nor kind.
    const items = page.map(({ apiVersion: _apiVersion, kind: _kind, ...item }) => item);
    sendJson(response, 200, { kind: 'List', apiVersion: 'v1', metadata, items });
  }

  #watch(request: RecordedRequest, target: Target, response: ServerResponse): void {
    const from = Number(request.query.get('resourceVersion') ?? 0);
    const missed = this.objects.since(target.collection, from);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const send = (event: StoredEvent): void => {
      if (event.collection !== target.collection || !selected(request, target, event.object)) return;
      response.write(`${JSON.stringify({ type: event.type, object: event.object })}\n`);
    };
    missed.forEach(send);
    const unsubscribe = this.objects.subscribe(send);
    this.#watches.add(response);
    response.on('close', () => {
      unsubscribe();
      this.#watches.delete(response);
    });
  }

  #write(request: RecordedRequest, target: Target, response: ServerResponse): void {
    const body = request.body ? (JSON.parse(request.body) as Json) : {};
    const { collection, namespace } = target;
    const key = keyOf(target);
    if (request.method === 'POST')
      return sendJson(response, 201, this.objects.create(collection, namespace, body));
    if (request.method === 'DELETE') return this.#delete(body, target, response);
    const { resourceVersion, uid } = (body['metadata'] ?? {}) as { resourceVersion?: string; uid?: string };
    const applies = request.headers['content-type'] === 'application/apply-patch+yaml';
    const current = this.objects.find(collection, key);
    if (applies && uid && uid !== current?.metadata.uid)
      throw new Refusal(409, 'Conflict', `uid mismatch: ${uid}`);
    if (applies && !current) return sendJson(response, 201, this.objects.create(collection, namespace, body));
    const change = (stored: StoredObject): Json =>
      request.method === 'PUT' ? body : (mergePatch(stored, body) as Json);
    sendJson(response, 200, this.objects.update(collection, key, change, resourceVersion));
  }

  #delete(body: Json, target: Target, response: ServerResponse): void {
    const { uid } = (body['preconditions'] ?? {}) as { uid?: string };
    const object = this.objects.delete(target.collection, keyOf(target), uid);
    if (object.metadata['deletionTimestamp'] && this.objects.find(target.collection, keyOf(target))) {
      return sendJson(response, 200, object);
    }
    sendJson(response, 200, {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Success',
      details: { name: target.name, uid: object.metadata.uid },
    });
  }
}

function keyOf(target: Target): string {
  return target.namespace ? `${target.namespace}/${target.name}` : (target.name ?? '');
}

function selected(request: RecordedRequest, target: Target, object: StoredObject): boolean {
  if (target.namespace && object.metadata.namespace !== target.namespace) return false;
  const name = /^metadata\.name=(.*)$/.exec(request.query.get('fieldSelector') ?? '')?.[1];
  if (name !== undefined && name !== object.metadata.name) return false;
  const labels = (object.metadata['labels'] ?? {}) as Record<string, string>;
  const wanted = (request.query.get('labelSelector') ?? '').split(',').filter(Boolean);
  return wanted.every((requirement) => {
    const [, key = '', operator, value] = /^([^!=]+)(!?=)(.*)$/.exec(requirement) ?? [];
    return (labels[key] === value) === (operator === '=');
  });
}
