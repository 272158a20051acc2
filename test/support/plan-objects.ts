/** The objects of one namespace: reading them, changing the StockAnalysis, and waiting for what becomes of it. */
import { createHash } from 'node:crypto';
import { Informer } from './informer.ts';
import type { KubeClient } from './kube-client.ts';
import type { Condition, KubeObject, Secret, StockAnalysis } from './kube-objects.ts';
import { eventually, type WaitOptions } from './wait.ts';

/** For anything that a plan waits for: more than it takes, even on a machine that does other things. */
const CONVERGE_MS = 120_000;
/** Time between two looks at an object that a watch is silent about. */
const WATCH_FALLBACK_MS = 2000;
const noticed = (): void => undefined;

/** Name of the object that most plans make. */
export const OBJECT_NAME = 'demo';

/** Short, so that no failure prints a password. */
function hashOf({ data }: Secret): string {
  return createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 12);
}

interface WantedCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

/** The condition, where it is as wanted and was judged for the object's present generation. */
function judgedCondition(
  { metadata, status }: StockAnalysis,
  wanted: WantedCondition,
): Condition | undefined {
  const found = status?.conditions?.find(({ type }) => type === wanted.type);
  const fits =
    found?.status === wanted.status && (wanted.reason === undefined || found.reason === wanted.reason);
  return fits && found.observedGeneration === metadata.generation ? found : undefined;
}

export abstract class PlanObjects {
  readonly namespace: string;
  readonly client: KubeClient;
  readonly #stopping = new AbortController();
  readonly #objects: Informer<StockAnalysis>;
  readonly #watching: Promise<void>;

  protected constructor(client: KubeClient, namespace: string) {
    this.client = client;
    this.namespace = namespace;
    const path = this.path('stockanalysis.dev/v1alpha1', 'stockanalyses');
    this.#objects = new Informer(client, path, noticed, noticed);
    this.#watching = this.#objects.run(this.#stopping.signal);
  }

  /** What to say in the text of a failure besides the conditions. */
  protected abstract describe(): string;

  protected async stopWatching(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
  }

  /** `/apis/…/namespaces/NAMESPACE/RESOURCE[/NAME]`; `group` is `v1` or `apps/v1` and the like. */
  path(group: string, resource: string, name?: string): string {
    const root = group === 'v1' ? '/api/v1' : `/apis/${group}`;
    return `${root}/namespaces/${this.namespace}/${resource}${name === undefined ? '' : `/${name}`}`;
  }

  objectPath(name = OBJECT_NAME): string {
    return this.path('stockanalysis.dev/v1alpha1', 'stockanalyses', name);
  }

  createObject(spec: unknown = {}, metadata: Record<string, unknown> = {}): Promise<StockAnalysis> {
    return this.client.create(this.path('stockanalysis.dev/v1alpha1', 'stockanalyses'), {
      apiVersion: 'stockanalysis.dev/v1alpha1',
      kind: 'StockAnalysis',
      metadata: { name: OBJECT_NAME, ...metadata },
      spec,
    });
  }

  object(name = OBJECT_NAME): Promise<StockAnalysis> {
    return this.client.get(this.objectPath(name));
  }

  find<T extends KubeObject>(group: string, resource: string, name: string): Promise<T | undefined> {
    return this.client.find<T>(this.path(group, resource, name));
  }

  list<T extends KubeObject>(group: string, resource: string): Promise<readonly T[]> {
    return this.client.list<T>(this.path(group, resource));
  }

  /** Waits for a condition of the object that was judged for its present generation. */
  waitForCondition(wanted: WantedCondition, timeoutMs = CONVERGE_MS): Promise<Condition> {
    const { type, status, reason } = wanted;
    const what = `${type}=${status}${reason ? ` (${reason})` : ''} of ${this.namespace}/${OBJECT_NAME}`;
    let last: StockAnalysis | undefined;
    const waiting = eventually({ what, timeoutMs, ...this.#objectChanges() }, async () => {
      const seen = this.#seenObject();
      const isNews = seen !== undefined && seen !== last;
      last = seen;
      if (isNews && judgedCondition(seen, wanted) === undefined) return undefined;
      // What the watch has shown may be older than the last change of the spec.
      return judgedCondition(await this.object(), wanted);
    });
    return waiting.catch((error: unknown) => {
      const conditions = (this.#seenObject()?.status?.conditions ?? []).map(
        (one) => `${one.type}=${one.status} ${one.reason}: ${one.message}`,
      );
      throw new Error(
        `${error instanceof Error ? error.message : String(error)}; conditions:\n  ${conditions.join('\n  ') || 'none'}\n${this.describe()}`,
        { cause: error },
      );
    });
  }

  #seenObject(): StockAnalysis | undefined {
    return [...this.#objects.objects.values()].find(({ metadata }) => metadata.name === OBJECT_NAME);
  }

  /** For `eventually`: looks when the watch shows a change, and every two seconds should it be silent. */
  #objectChanges(): Pick<WaitOptions, 'intervalMs' | 'pause'> {
    return { intervalMs: WATCH_FALLBACK_MS, pause: this.#objects.changes() };
  }

  /** Waits until there is no object any more. */
  async waitGone(timeoutMs = CONVERGE_MS): Promise<void> {
    const what = `${this.namespace}/${OBJECT_NAME} to be gone`;
    await eventually({ what, timeoutMs, ...this.#objectChanges() }, async () =>
      (await this.client.find(this.objectPath())) === undefined ? true : undefined,
    );
  }

  /** Changes the spec by a JSON merge patch. */
  patchSpec(spec: unknown): Promise<StockAnalysis> {
    return this.client.patch(this.objectPath(), { spec });
  }

  /** Hashes of the generated Secrets' values, by name. */
  async credentials(): Promise<Readonly<Record<string, string>>> {
    const selector = encodeURIComponent('app.kubernetes.io/component=credentials');
    const secrets = await this.list<Secret>('v1', `secrets?labelSelector=${selector}`);
    return Object.fromEntries(secrets.map((secret) => [secret.metadata.name, hashOf(secret)]));
  }

  /** UID of the database's volume claim, undefined while there is none. */
  async claimUID(): Promise<string | undefined> {
    const claim = await this.find('v1', 'persistentvolumeclaims', `${OBJECT_NAME}-postgres-data`);
    return claim?.metadata.uid;
  }

  /** Waits until AKTools works, or is gone with its pods where the spec does not ask for it: Ready waits for neither. */
  async waitForDataSource(timeoutMs = CONVERGE_MS): Promise<void> {
    const { reason } = await this.waitForCondition(
      { type: 'DataSourceAvailable', status: 'True' },
      timeoutMs,
    );
    if (reason !== 'NotRequested') return;
    const what = `nothing of AKTools to be left in ${this.namespace}`;
    await eventually({ what, timeoutMs, intervalMs: 200 }, async () => {
      // The policy is the last to go, after the pods that it shuts in.
      const policy = await this.find('networking.k8s.io/v1', 'networkpolicies', `${OBJECT_NAME}-aktools`);
      return policy === undefined || undefined;
    });
  }

  waitReady(timeoutMs = CONVERGE_MS): Promise<Condition> {
    return this.waitForCondition({ type: 'Ready', status: 'True' }, timeoutMs);
  }
}
