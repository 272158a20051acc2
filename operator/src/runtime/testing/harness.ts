import { Client, HttpTransport, systemClock, type Clock } from '../../kube/index.ts';
import { FakeApiServer } from '../../kube/testing/fake-api-server.ts';

/** A scripted API server and a client that talks to it over real sockets. */
export interface Harness {
  readonly server: FakeApiServer;
  readonly client: Client;
  close(): Promise<void>;
}

export async function startHarness(): Promise<Harness> {
  const server = await FakeApiServer.start();
  const transport = new HttpTransport(server.config);
  const client = new Client(transport, { fieldManager: 'tester' });
  return {
    server,
    client,
    async close() {
      await transport.close();
      await server.close();
    },
  };
}

/** The system's clock, on a machine whose wall clock is wrong and whose monotonic clock can be made to jump. */
export class SkewedClock implements Clock {
  readonly #wallMs: number;
  #jumpMs = 0;

  constructor(wallMs = 0) {
    this.#wallMs = wallMs;
  }

  now(): number {
    return systemClock.now() + this.#wallMs;
  }

  monotonic(): number {
    return systemClock.monotonic() + this.#jumpMs;
  }

  setTimeout(callback: () => void, delayMs: number): () => void {
    return systemClock.setTimeout(callback, delayMs);
  }

  /** As after the process was stopped for a while: time has passed, no timer has fired. */
  jump(byMs: number): void {
    this.#jumpMs += byMs;
  }
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
