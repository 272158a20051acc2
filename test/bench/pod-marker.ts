/**
 * All that a control plane without nodes lacks, as cheaply as it can be had: pods of Jobs have succeeded and all others
 * are ready as soon as they exist. No pod is bound to a node, which neither the API server nor the controllers ask for.
 */
import { Informer } from '../support/informer.ts';
import type { KubeClient } from '../support/kube-client.ts';
import type { Pod } from '../support/kube-objects.ts';
import { finished, running } from '../support/pod-status.ts';

const SCHEMA_VERSION = 'bench-schema';

export class PodMarker {
  readonly #client: KubeClient;
  readonly #pods: Informer<Pod>;
  readonly #marked = new Set<string>();

  constructor(client: KubeClient, namespace: string) {
    this.#client = client;
    this.#pods = new Informer<Pod>(
      client,
      `/api/v1/namespaces/${namespace}/pods`,
      (pod) => void this.#mark(pod),
      ({ metadata }) => this.#marked.delete(metadata.uid ?? ''),
    );
  }

  run(signal: AbortSignal): Promise<void> {
    return this.#pods.run(signal);
  }

  async #mark(pod: Pod): Promise<void> {
    const { uid = '', name, namespace } = pod.metadata;
    if (this.#marked.has(uid)) return;
    this.#marked.add(uid);
    const status =
      pod.spec.restartPolicy === 'Always' ? running(pod, true) : finished(pod, 0, SCHEMA_VERSION);
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
    // It may be gone again; anything else shows as an object that never gets ready.
    await this.#client.patch(path, { metadata: { uid }, status }).catch(() => undefined);
  }
}
