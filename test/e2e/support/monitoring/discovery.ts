/**
 * Service discovery: Debian builds its Prometheus without that of Kubernetes, so targets come to it in files, with the labels
 * that Prometheus documents for `kubernetes_sd_configs` (roles pod, endpoints and node).
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeClient } from '../../../support/kube-client.ts';
import type { KubeObject } from '../../../support/kube-objects.ts';

export type Role = 'pod' | 'endpoints' | 'node';

interface Pod extends KubeObject {
  readonly spec: {
    readonly containers: readonly {
      readonly name: string;
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    }[];
  };
  readonly status: { readonly phase: string; readonly podIP?: string };
}
interface Endpoint {
  readonly addresses: readonly string[];
  readonly targetRef?: { readonly name: string };
}
interface EndpointSlice extends KubeObject {
  /** Null while a Service has no pods. */
  readonly endpoints: readonly Endpoint[] | null;
  readonly ports: readonly { readonly name: string; readonly port: number }[] | null;
}
interface Node extends KubeObject {
  readonly status: {
    readonly addresses: readonly { readonly type: string; readonly address: string }[];
    readonly daemonEndpoints: { readonly kubeletEndpoint: { readonly Port: number } };
  };
}

interface TargetGroup {
  readonly targets: readonly [string];
  readonly labels: Readonly<Record<string, string>>;
}

/** The label of a target that says this of it, as service discovery spells it. */
export const meta = (text: string): string => `__meta_kubernetes_${text.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`;

function labelsOf(what: string, labels: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([key, value]) => [
      [meta(`${what}_label_${key}`), value],
      [meta(`${what}_labelpresent_${key}`), 'true'],
    ]),
  );
}

const about = (pod: Pod | undefined): Record<string, string> => ({
  [meta('pod_name')]: pod?.metadata.name ?? '',
  [meta('pod_phase')]: pod?.status.phase ?? '',
  ...labelsOf('pod', pod?.metadata.labels),
});

/** A target for each port of each container. */
function ofPods(pods: readonly Pod[], namespace: string): TargetGroup[] {
  return pods.flatMap((pod) =>
    pod.spec.containers.flatMap(({ name: container, ports = [] }) =>
      ports.flatMap(({ name = '', containerPort }): TargetGroup[] => {
        if (pod.status.podIP === undefined) return [];
        const port = { [meta('pod_container_name')]: container, [meta('pod_container_port_name')]: name };
        const labels = { [meta('namespace')]: namespace, ...about(pod), ...port };
        return [{ targets: [`${pod.status.podIP}:${containerPort}`], labels }];
      }),
    ),
  );
}

/** A target for each port of each pod behind a Service, whose labels its slices carry. */
function ofEndpoints(
  slices: readonly EndpointSlice[],
  pods: readonly Pod[],
  namespace: string,
): TargetGroup[] {
  return slices.flatMap(({ metadata, endpoints, ports }) =>
    (endpoints ?? []).flatMap(({ addresses, targetRef }) =>
      (ports ?? []).map(({ name, port }): TargetGroup => {
        const pod = pods.find((one) => one.metadata.name === targetRef?.name);
        const container = pod?.spec.containers.find((one) =>
          one.ports?.some((its) => its.containerPort === port),
        );
        const labels = {
          [meta('namespace')]: namespace,
          [meta('service_name')]: metadata.labels?.['kubernetes.io/service-name'] ?? '',
          [meta('endpoint_port_name')]: name,
          [meta('pod_container_name')]: container?.name ?? '',
          ...labelsOf('service', metadata.labels),
          ...about(pod),
        };
        return { targets: [`${addresses[0]}:${port}`], labels };
      }),
    ),
  );
}

function ofNodes(nodes: readonly Node[]): TargetGroup[] {
  return nodes.map(({ metadata, status }) => {
    const address = status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? '';
    const { Port: port } = status.daemonEndpoints.kubeletEndpoint;
    return { targets: [`${address}:${port}`], labels: { [meta('node_name')]: metadata.name } };
  });
}

export class Discovery {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #folder: string;

  /** @param folder for the files that Prometheus watches */
  constructor(client: KubeClient, namespace: string, folder: string) {
    this.#client = client;
    this.#namespace = namespace;
    this.#folder = folder;
  }

  /** For `file_sd_configs`. */
  fileOf(role: Role): string {
    return join(this.#folder, `targets-${role}.json`);
  }

  /** Looks at the cluster and tells Prometheus what is there now. */
  async refresh(): Promise<void> {
    const within = `namespaces/${this.#namespace}`;
    const [pods, slices, nodes] = await Promise.all([
      this.#client.list<Pod>(`/api/v1/${within}/pods`),
      this.#client.list<EndpointSlice>(`/apis/discovery.k8s.io/v1/${within}/endpointslices`),
      this.#client.list<Node>('/api/v1/nodes'),
    ]);
    this.#write('pod', ofPods(pods, this.#namespace));
    this.#write('endpoints', ofEndpoints(slices, pods, this.#namespace));
    this.#write('node', ofNodes(nodes));
  }

  #write(role: Role, groups: readonly TargetGroup[]): void {
    const file = this.fileOf(role);
    // Whole or not at all: Prometheus reads it when it changes.
    writeFileSync(`${file}.partial`, JSON.stringify(groups));
    renameSync(`${file}.partial`, file);
  }
}
