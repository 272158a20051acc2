/** The way from the fault proxy to the API server: who the caller is there, and which headers go on. */
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest, type Agent } from 'node:https';
import { agentFor, type Connection } from './kube-client.ts';

/** Who the operator is to the API server, for example `system:serviceaccount:NAMESPACE:NAME` and its groups. */
export interface Impersonation {
  readonly user: string;
  readonly groups: readonly string[];
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const HOP_HEADERS = new Set([
  'authorization',
  'connection',
  'host',
  'keep-alive',
  'transfer-encoding',
  'content-length',
]);

/** Headers that go on as they are. */
export function endToEnd(headers: Headers): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || HOP_HEADERS.has(name)) continue;
    kept[name] = typeof value === 'string' ? value : [...value];
  }
  return kept;
}

export interface Forwarded {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: Buffer;
  /** Ends the request; absent: it is carried out, whoever still waits for it. */
  readonly signal?: AbortSignal;
}

export class ProxyUpstream {
  readonly #connection: Connection;
  readonly #impersonate: Impersonation;
  readonly #agent: Agent;

  constructor(connection: Connection, impersonate: Impersonation) {
    this.#connection = connection;
    this.#impersonate = impersonate;
    this.#agent = agentFor(connection);
  }

  /** The API server's answer, its body not read yet. */
  send({ method, path, body, signal, ...request }: Forwarded): Promise<IncomingMessage> {
    const { server, token } = this.#connection;
    const { user, groups } = this.#impersonate;
    const headers: Record<string, string | string[]> = {
      ...endToEnd(request.headers),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body.length > 0 ? { 'content-length': String(body.length) } : {}),
      'impersonate-user': user,
      'impersonate-group': [...groups],
    };
    const { hostname, port } = server;
    return new Promise((resolve, reject) => {
      const sent = httpsRequest({ agent: this.#agent, hostname, port, method, path, headers }, resolve);
      sent.once('error', reject);
      signal?.addEventListener('abort', () => sent.destroy(), { once: true });
      sent.end(body.length > 0 ? body : undefined);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
