import { sleep, watch, type Client, type Clock, type Log } from '../kube/index.ts';
import { leases } from './lease.ts';

export interface LeaseWatchOptions {
  readonly client: Client;
  readonly namespace: string;
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly retryMs: number;
  /** What was last read of the lease; undefined: nothing yet. */
  readonly resourceVersion: () => string | undefined;
  /** A hint only: an event may be older than the reader's last write, so what is true is read again. */
  readonly onFree: () => void;
  readonly signal: AbortSignal;
}

/**
 * With it a standby sees a release at once instead of after a retry period. Polling goes on beside it, so every
 * failure here is harmless. Resolves when the signal aborts.
 */
export async function watchForRelease(options: LeaseWatchOptions): Promise<void> {
  const { client, namespace, name, clock, log, signal } = options;
  const scope = {
    namespace,
    fieldSelector: `metadata.name=${name}`,
    timeoutSeconds: 300,
    idleMs: 150_000,
    clock,
  };
  while (!signal.aborted) {
    await sleep(clock, options.retryMs, signal);
    const resourceVersion = options.resourceVersion();
    if (signal.aborted || resourceVersion === undefined) continue;
    try {
      for await (const event of watch(client.transport, leases, { ...scope, resourceVersion }, signal)) {
        const free =
          event.kind === 'deleted' || (event.kind === 'modified' && !event.object.spec?.holderIdentity);
        if (free) options.onFree();
      }
    } catch (error) {
      if (!signal.aborted) log.debug({ err: error, lease: name }, 'the watch of the leader lease ended');
    }
  }
}
