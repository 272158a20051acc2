import { Client, HttpTransport, type ApiRequest, type Transport } from '../../kube/index.ts';
import { FakeApiServer } from '../../kube/testing/fake-api-server.ts';
import { settle } from './fake-clock.ts';

/** A scripted API server and a client that talks to it over real sockets. */
export interface Harness {
  readonly server: FakeApiServer;
  readonly client: Client;
  /** Resolves when no call is under way: after it, fake time may move on. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

export async function startHarness(): Promise<Harness> {
  const server = await FakeApiServer.start();
  const transport = new CountingTransport(new HttpTransport(server.config));
  const client = new Client(transport, { fieldManager: 'tester' });
  return {
    server,
    client,
    async quiet() {
      do await settle();
      while (transport.pending > 0);
      await settle();
    },
    async close() {
      await transport.close();
      await server.close();
    },
  };
}

class CountingTransport implements Transport {
  pending = 0;
  readonly #inner: Transport;

  constructor(inner: Transport) {
    this.#inner = inner;
  }

  async request(request: ApiRequest, signal: AbortSignal): Promise<unknown> {
    this.pending += 1;
    try {
      return await this.#inner.request(request, signal);
    } finally {
      this.pending -= 1;
    }
  }

  stream(request: ApiRequest, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    return this.#inner.stream(request, signal);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Resolves when the condition holds; rejects after three seconds. */
export async function until(condition: () => boolean): Promise<void> {
  for (const start = performance.now(); !condition(); await delay(3)) {
    if (performance.now() - start > 3_000) throw new Error(`never came true: ${condition.toString()}`);
  }
}
