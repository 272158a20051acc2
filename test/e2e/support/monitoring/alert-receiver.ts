import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

/** What Alertmanager and the application post alike: version 4 of Alertmanager's webhook. */
const message = z.object({
  version: z.literal('4'),
  status: z.enum(['firing', 'resolved']),
  alerts: z.array(
    z.object({ status: z.enum(['firing', 'resolved']), labels: z.record(z.string(), z.string()) }),
  ),
});

/** One notification, as somebody's pager would have shown it. */
export interface Page {
  /** `performance.now()` when it came. */
  readonly at: number;
  /** `firing StockAnalysisDatabaseDown`, one for each alert in it. */
  readonly says: readonly string[];
}

/** A real receiver of webhooks: every POST is a page, by the path that it came to. */
export class AlertReceiver {
  readonly #server: Server;
  readonly #pages = new Map<string, Page[]>();

  constructor() {
    this.#server = createServer((request, response) => {
      void text(request).then((raw) => {
        const at = performance.now();
        const { alerts } = message.parse(JSON.parse(raw));
        const says = alerts.map(({ status, labels }) => `${status} ${labels['alertname']}`);
        this.pages(request.url ?? '').push({ at, says });
        response.writeHead(204).end();
        return undefined;
      });
    });
  }

  async start(host: string): Promise<this> {
    this.#server.listen(0, host);
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the receiver does not listen');
    return address.port;
  }

  /** Of one path, in the order in which they came; grows. */
  pages(path: string): Page[] {
    const known = this.#pages.get(path) ?? [];
    this.#pages.set(path, known);
    return known;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
