import { Agent } from 'undici';
import type { ClusterConfig } from './config.ts';
import type { TlsMaterial } from './credentials.ts';

export interface AgentOptions {
  readonly connections?: number;
  readonly headersTimeoutMs?: number;
  readonly bodyTimeoutMs?: number;
}

/**
 * Two connection pools: `api` is bounded and has time-outs, `watch` is unbounded and its bodies may stay silent (the
 * watch has an idle deadline of its own). HTTP/1.1 only: over HTTP/2, calls that wait for a place in a bounded pool
 * stall when the server says GOAWAY while a watch stream is open (measured with undici 8.12.4).
 */
export class Agents {
  readonly #config: ClusterConfig;
  readonly #options: AgentOptions;
  #tls: TlsMaterial | undefined;
  #current: { readonly api: Agent; readonly watch: Agent } | undefined;
  /** Replaced after a rotation, still serving what was open. */
  readonly #retired = new Set<Agent>();

  constructor(config: ClusterConfig, options: AgentOptions) {
    this.#config = config;
    this.#options = options;
  }

  /** New pools whenever the TLS bytes have changed. */
  get(pool: 'api' | 'watch', tls: TlsMaterial): Agent {
    if (!this.#current || this.#tls !== tls) {
      this.#retire();
      this.#tls = tls;
      this.#current = this.#make(tls);
    }
    return this.#current[pool];
  }

  async destroy(): Promise<void> {
    const open = [...this.#retired, ...Object.values(this.#current ?? {})];
    this.#retired.clear();
    this.#current = undefined;
    await Promise.all(open.map((agent) => agent.destroy()));
  }

  #make(tls: TlsMaterial): { api: Agent; watch: Agent } {
    const shared = {
      allowH2: false,
      keepAliveTimeout: 30_000,
      headersTimeout: this.#options.headersTimeoutMs ?? 30_000,
      connect: {
        timeout: 10_000,
        keepAlive: true,
        // With libuv's ten probes of one second a dead peer is found in 40 s.
        keepAliveInitialDelay: 30_000,
        rejectUnauthorized: !this.#config.insecureSkipTlsVerify,
        ...(this.#config.tlsServerName ? { servername: this.#config.tlsServerName } : {}),
        ...(tls.ca ? { ca: tls.ca } : {}),
        ...(tls.cert ? { cert: tls.cert } : {}),
        ...(tls.key ? { key: tls.key } : {}),
      },
    };
    const bodyTimeout = this.#options.bodyTimeoutMs ?? 60_000;
    return {
      api: new Agent({ ...shared, bodyTimeout, connections: this.#options.connections ?? 16 }),
      watch: new Agent({ ...shared, bodyTimeout: 0 }),
    };
  }

  #retire(): void {
    for (const agent of Object.values(this.#current ?? {})) {
      this.#retired.add(agent);
      void agent
        .close()
        .catch(() => undefined)
        .finally(() => this.#retired.delete(agent));
    }
  }
}
