import type { Client, Manifest } from '../kube/index.ts';
import { leases, type Lease, type LeaseSpec } from './lease.ts';

/** The Lease in the API server: how it is read and written; who may write it is not judged here. */
export class LeaseLock {
  readonly #client: Client;
  readonly #ref: { readonly namespace: string; readonly name: string };

  constructor({ client, namespace, name }: { client: Client; namespace: string; name: string }) {
    this.#client = client;
    this.#ref = { namespace, name };
  }

  read(signal: AbortSignal): Promise<Lease | undefined> {
    return this.#client.get(leases, this.#ref, signal);
  }

  /** Every write carries the version it is based on; a create carries that there was none. */
  write(known: Lease | undefined, spec: LeaseSpec, signal: AbortSignal): Promise<Lease> {
    const manifest: Manifest & { spec: LeaseSpec } = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...known?.metadata, ...this.#ref },
      spec,
    };
    return known
      ? this.#client.replace(leases, manifest, {}, signal)
      : this.#client.create(leases, manifest, {}, signal);
  }
}
