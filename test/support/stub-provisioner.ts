/** Makes PersistentVolumes for claims of our StorageClass, and grows them; the real controller-manager binds them. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Informer } from './informer.ts';
import { KubeError, type KubeClient } from './kube-client.ts';
import type { KubeObject, PersistentVolumeClaim } from './kube-objects.ts';

export const PROVISIONER = 'stub.stock-analysis.test/volume';

/** A StorageClass that this provisioner serves. */
export function storageClass(name: string, isDefault: boolean): unknown {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': String(isDefault) };
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, annotations },
    provisioner: PROVISIONER,
    allowVolumeExpansion: true,
    volumeBindingMode: 'Immediate',
  };
}

const volumeName = (claim: PersistentVolumeClaim): string => `pvc-${claim.metadata.uid ?? ''}`;

export class StubProvisioner {
  readonly #client: KubeClient;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #provisioned = new Set<string>();

  /** `directory` holds the data of each claim in `volumes/UID`; it goes when the claim goes. */
  constructor(client: KubeClient, namespace: string, directory: string) {
    this.#client = client;
    const remove = (claim: PersistentVolumeClaim): void => {
      rmSync(join(directory, 'volumes', claim.metadata.uid ?? ''), { recursive: true, force: true });
      void client.delete(`/api/v1/persistentvolumes/${volumeName(claim)}`).catch(() => undefined);
    };
    const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
    this.#claims = new Informer(client, path, () => undefined, remove);
  }

  run(signal: AbortSignal): Promise<void> {
    return this.#claims.run(signal);
  }

  /** Serves the claims that wait. Called again and again: a missing StorageClass may appear later. */
  async provisionPending(): Promise<void> {
    for (const [uid, claim] of this.#claims.objects) {
      const className = claim.spec.storageClassName;
      if (claim.status?.phase === 'Bound') await this.#grow(claim);
      if (this.#provisioned.has(uid) || claim.status?.phase === 'Bound' || !className) continue;
      const found = await this.#client.find<KubeObject & { provisioner: string }>(
        `/apis/storage.k8s.io/v1/storageclasses/${className}`,
      );
      if (found?.provisioner !== PROVISIONER) continue;
      this.#provisioned.add(uid);
      await this.#createVolume(claim, className);
    }
  }

  /** The API server has admitted the larger request, so the class allows it. */
  async #grow(claim: PersistentVolumeClaim): Promise<void> {
    const { storage } = claim.spec.resources.requests;
    if (claim.status?.capacity?.storage === storage) return;
    const { namespace, name } = claim.metadata;
    const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}/status`;
    await this.#client.patch(`/api/v1/persistentvolumes/${volumeName(claim)}`, {
      spec: { capacity: { storage } },
    });
    await this.#client.patch(path, { status: { capacity: { storage } } });
  }

  async #createVolume(claim: PersistentVolumeClaim, className: string): Promise<void> {
    const { name, namespace, uid } = claim.metadata;
    const volume = {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volumeName(claim), annotations: { 'pv.kubernetes.io/provisioned-by': PROVISIONER } },
      spec: {
        capacity: { storage: claim.spec.resources.requests.storage },
        accessModes: claim.spec.accessModes,
        storageClassName: className,
        persistentVolumeReclaimPolicy: 'Delete',
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
        csi: { driver: PROVISIONER.replace('/', '.'), volumeHandle: uid },
      },
    };
    try {
      await this.#client.create('/api/v1/persistentvolumes', volume);
    } catch (error) {
      if (!(error instanceof KubeError && error.reply.status === 409)) throw error;
    }
  }
}
