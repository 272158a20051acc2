/** The way from the fault proxy to the API server: who the caller is there, and which headers go on. */
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { KubeClient } from './kube-client.ts';

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
  readonly #client: KubeClient;
  readonly #impersonate: Impersonation;

  /** @param client whose credentials and sockets are used */
  constructor(client: KubeClient, impersonate: Impersonation) {
    this.#client = client;
    this.#impersonate = impersonate;
  }

  /** The API server's answer, its body not read yet. */
  send({ method, path, body, signal, ...request }: Forwarded): Promise<IncomingMessage> {
    const { agent, connection } = this.#client;
    const { server, token } = connection;
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
      const sent = httpsRequest({ agent, hostname, port, method, path, headers }, resolve);
      sent.once('error', reject);
      signal?.addEventListener('abort', () => sent.destroy(), { once: true });
      sent.end(body.length > 0 ? body : undefined);
    });
  }
}
