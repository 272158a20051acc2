import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
}

/** A small HTTP server for probes and metrics: GET and HEAD of known paths, nothing else. */
export class HttpServer {
  readonly #server: Server;
  readonly #routes: Readonly<Record<string, () => Answer | Promise<Answer>>>;

  constructor(routes: Readonly<Record<string, () => Answer | Promise<Answer>>>) {
    this.#routes = routes;
    this.#server = createServer((request, response) => void this.#handle(request, response));
    this.#server.requestTimeout = 10_000;
    this.#server.headersTimeout = 10_000;
  }

  /** Resolves with the port; 0 asks for any free one. Rejects when the port is taken. */
  async listen(port: number, host?: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, ...(host ? { host } : {}) }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await this.#answer(request).catch((): Answer => ({
      status: 500,
      contentType: 'text/plain; charset=utf-8',
      body: 'internal error\n',
    }));
    response.writeHead(answer.status, {
      'content-type': answer.contentType,
      'content-length': Buffer.byteLength(answer.body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const route = Object.hasOwn(this.#routes, path) ? this.#routes[path] : undefined;
    const plain = 'text/plain; charset=utf-8';
    if (!route) return { status: 404, contentType: plain, body: 'not found\n' };
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return { status: 405, contentType: plain, body: 'method not allowed\n' };
    return route();
  }
}
