import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { portOf } from './mail-server.ts';

export interface ReceivedHook {
  /** What a receiver knows a message by that comes twice. */
  readonly key: string;
  readonly title: string;
  readonly truncatedAlerts: number;
  readonly fingerprints: readonly string[];
  /** Titles of reports. */
  readonly documents: readonly string[];
}

const body = z.object({
  title: z.string(),
  truncatedAlerts: z.number(),
  alerts: z.array(z.object({ fingerprint: z.string() })),
  documents: z.array(z.object({ title: z.string() })),
});

/** A real receiver of webhooks on this machine; it answers 204 unless told otherwise. */
export class WebhookReceiver {
  readonly hooks: ReceivedHook[] = [];
  /** What the next requests are answered with, first to last. */
  readonly answers: ((response: ServerResponse) => void)[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      void text(request).then((raw) => {
        const { title, truncatedAlerts, alerts, documents } = body.parse(JSON.parse(raw));
        this.hooks.push({
          key: String(request.headers['idempotency-key']),
          title,
          truncatedAlerts,
          fingerprints: alerts.map(({ fingerprint }) => fingerprint),
          documents: documents.map((document) => document.title),
        });
        const answer = this.answers.shift();
        if (answer === undefined) response.writeHead(204).end();
        else answer(response);
        return undefined;
      });
    });
  }

  get port(): number {
    return portOf(this.#server);
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}) =>
  (response: ServerResponse): void =>
    void response.writeHead(code, { ...headers }).end();
