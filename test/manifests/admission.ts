/** What a real API server says about objects that it is only asked about: schema, and Pod Security of every pod template. */
import { z } from 'zod';
import type { RenderedObject } from '../support/chart.ts';
import { KubeError, type KubeClient } from '../support/kube-client.ts';

const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted' };
const ALREADY_THERE = 409;

const ResourceList = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

const Template = z.object({
  spec: z.object({
    template: z.looseObject({
      metadata: z.looseObject({}).optional(),
      spec: z.looseObject({ serviceAccountName: z.string().optional() }),
    }),
  }),
});

async function createUnlessThere(client: KubeClient, path: string, body: unknown): Promise<void> {
  const reply = await client.call('POST', path, { body });
  if (reply.status >= 300 && reply.status !== ALREADY_THERE) throw new KubeError('POST', path, reply);
}

/** Makes the namespaces of the objects, which enforce Pod Security restricted. */
export async function makeNamespaces(client: KubeClient, objects: readonly RenderedObject[]): Promise<void> {
  for (const name of new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))) {
    await createUnlessThere(client, '/api/v1/namespaces', { metadata: { name, labels: RESTRICTED } });
  }
}

export class Admission {
  readonly #client: KubeClient;
  readonly #resources = new Map<string, Promise<z.infer<typeof ResourceList>>>();

  constructor(client: KubeClient) {
    this.#client = client;
  }

  async #pathOf({ apiVersion, kind, metadata }: RenderedObject): Promise<string> {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const known =
      this.#resources.get(root) ?? this.#client.get(root).then((reply) => ResourceList.parse(reply));
    this.#resources.set(root, known);
    const { resources } = await known;
    const resource = resources.find((one) => one.kind === kind && !one.name.includes('/'));
    if (!resource) throw new Error(`the API server has no kind ${kind} in ${apiVersion}`);
    const space = resource.namespaced ? `/namespaces/${metadata.namespace}` : '';
    return `${root}${space}/${resource.name}/${metadata.name}`;
  }

  /** Why the API server would not take the object, unknown and doubled fields included; undefined where it would. */
  async refusal(object: RenderedObject): Promise<string | undefined> {
    const query = 'dryRun=All&fieldManager=manifests&fieldValidation=Strict&force=true';
    return this.#ask(
      'PATCH',
      `${await this.#pathOf(object)}?${query}`,
      object,
      'application/apply-patch+yaml',
    );
  }

  /** Why Pod Security, or anything else, would refuse the pods of a workload; undefined where nothing would. */
  async refusalOfPods(workload: RenderedObject): Promise<string | undefined> {
    const { metadata, spec } = Template.parse(workload).spec.template;
    const space = `/api/v1/namespaces/${workload.metadata.namespace}`;
    const account = spec.serviceAccountName ?? 'default';
    // It is made by whoever makes the workload, and no pod is admitted without.
    await createUnlessThere(this.#client, `${space}/serviceaccounts`, { metadata: { name: account } });
    const pod = { metadata: { ...metadata, name: 'manifests' }, spec };
    return this.#ask('POST', `${space}/pods?dryRun=All&fieldValidation=Strict`, pod, 'application/json');
  }

  async #ask(method: string, path: string, body: unknown, contentType: string): Promise<string | undefined> {
    const reply = await this.#client.call(method, path, { body, contentType });
    return reply.status < 300 ? undefined : new KubeError(method, path, reply).message;
  }
}
