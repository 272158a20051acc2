/**
 * One plan: a namespace of its own with Role and ServiceAccount of the operator, a proxy, a stub kubelet, a place for
 * PostgreSQL and an operator process. Plans share nothing but the control plane, so many run side by side.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OperatorOptions } from '../../operator/src/operator.ts';
import { DatabaseGate } from './database-gate.ts';
import { EXTERNAL_SECRET, ExternalDatabase } from './external-database.ts';
import { FaultProxy, type ProxyTLS } from './fault-proxy.ts';
import { Informer } from './informer.ts';
import { sharedClient, type KubeClient } from './kube-client.ts';
import type { Condition, KubeObject, Secret, StockAnalysis } from './kube-objects.ts';
import { InProcessOperator } from './in-process-operator.ts';
import { OperatorProcess } from './operator-process.ts';
import type { OperatorPlace } from './operator-environment.ts';
import { describeOperator, logOf, type OperatorRunner } from './operator-runner.ts';
import { operatorRules } from './role-rules.ts';
import { StubKubelet } from './stub-kubelet.ts';
import { eventually, type WaitOptions } from './wait.ts';
import { formatRecord } from './write-log.ts';

/** What global-setup.ts prepares for all plans. */
export interface Tier {
  readonly kubeconfig: string;
  /** Scratch folder that the unprivileged user of PostgreSQL can reach. */
  readonly scratch: string;
  readonly postgresInstallation: string;
  readonly ledger: string;
  /** Certificate of the proxies. */
  readonly proxyTLS: ProxyTLS;
  /** Where logs of failed plans are kept. */
  readonly artifacts: string;
}

export interface PlanOptions {
  /** Over the environment of the operator. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Inside the test process instead of in one of its own, with these deadlines. */
  readonly inProcess?: OperatorOptions;
}

/** What one replica has of its own. */
export interface ReplicaOptions {
  /** Over the environment of the plan's operators. */
  readonly environment?: Readonly<Record<string, string>>;
  /** In place of the one that the plan's operators share. */
  readonly proxy?: FaultProxy;
}

/** For anything that a plan waits for: more than it takes, even on a machine that does other things. */
const CONVERGE_MS = 120_000;
/** Time between two looks at an object that a watch is silent about. */
const WATCH_FALLBACK_MS = 2000;
const noticed = (): void => undefined;

/** Name of the object that most plans make. */
export const OBJECT_NAME = 'demo';

/** Of the operator; its Lease has the same name. */
export const SERVICE_ACCOUNT = 'stock-analysis-operator';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

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

/** ServiceAccount, Role and RoleBinding of an operator that serves the namespace it runs in. */
export async function grantRole(client: KubeClient, namespace: string): Promise<void> {
  const metadata = { name: SERVICE_ACCOUNT, namespace };
  await client.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata });
  await client.create(`${RBAC}/namespaces/${namespace}/roles`, { metadata, rules: operatorRules() });
  await client.create(`${RBAC}/namespaces/${namespace}/rolebindings`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: SERVICE_ACCOUNT },
    subjects: [{ kind: 'ServiceAccount', name: SERVICE_ACCOUNT, namespace }],
  });
}

/** The API server's authorizer learns of a new binding by a watch of its own, some milliseconds later. */
async function waitForRole(client: KubeClient, namespace: string): Promise<void> {
  const review = {
    user: `system:serviceaccount:${namespace}:${SERVICE_ACCOUNT}`,
    resourceAttributes: { namespace, verb: 'list', group: 'stockanalysis.dev', resource: 'stockanalyses' },
  };
  const reviews = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
  await eventually({ what: `the Role in ${namespace}`, timeoutMs: 20_000, intervalMs: 20 }, async () => {
    const { status } = await client.create<{ status: { allowed: boolean } }>(reviews, { spec: review });
    return status.allowed || undefined;
  });
}

/** A proxy that makes its operator the ServiceAccount of the namespace. */
export function startProxy(tier: Tier, client: KubeClient, namespace: string): Promise<FaultProxy> {
  return FaultProxy.start({
    upstream: client,
    tls: tier.proxyTLS,
    impersonate: {
      user: `system:serviceaccount:${namespace}:${SERVICE_ACCOUNT}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    },
  });
}

export class Plan {
  readonly namespace: string;
  readonly client: KubeClient;
  readonly proxy: FaultProxy;
  readonly gate: DatabaseGate;
  readonly kubelet: StubKubelet;
  readonly operator: OperatorRunner;
  readonly #options: PlanOptions;
  readonly #more: OperatorProcess[] = [];
  #external: ExternalDatabase | undefined;
  readonly #tier: Tier;
  readonly #directory: string;
  readonly #stopping = new AbortController();
  readonly #objects: Informer<StockAnalysis>;
  readonly #watching: Promise<void>;

  private constructor(
    tier: Tier,
    namespace: string,
    client: KubeClient,
    proxy: FaultProxy,
    gate: DatabaseGate,
    options: PlanOptions,
  ) {
    this.#tier = tier;
    this.#directory = join(tier.scratch, namespace);
    this.namespace = namespace;
    this.client = client;
    this.proxy = proxy;
    this.gate = gate;
    const directory = this.#directory;
    const { ledger, postgresInstallation } = tier;
    this.kubelet = StubKubelet.start({ client, namespace, directory, ledger, postgresInstallation, gate });
    this.#options = options;
    this.operator = options.inProcess
      ? new InProcessOperator({ ...this.#place('operator'), proxy, operator: options.inProcess })
      : this.#newProcess('operator');
    const objects = this.path('stockanalysis.dev/v1alpha1', 'stockanalyses');
    this.#objects = new Informer(client, objects, noticed, noticed);
    this.#watching = this.#objects.run(this.#stopping.signal);
  }

  #place(name: string): OperatorPlace {
    const { environment = {} } = this.#options;
    return {
      namespace: this.namespace,
      directory: join(this.#directory, name),
      databaseAddress: this.gate.address,
      environment,
    };
  }

  #newProcess(name: string, { environment, proxy = this.proxy }: ReplicaOptions = {}): OperatorProcess {
    const kubeconfig = proxy.kubeconfig(this.namespace);
    const place = this.#place(name);
    return new OperatorProcess({
      ...place,
      ...{ kubeconfig, ledger: this.#tier.ledger },
      environment: { ...place.environment, ...environment },
    });
  }

  /** One more replica of the operator; not started. It ends with the plan. */
  addReplica(options: ReplicaOptions = {}): OperatorProcess {
    const replica = this.#newProcess(`replica-${this.#more.length + 1}`, options);
    this.#more.push(replica);
    return replica;
  }

  /** Makes the namespace and everything around the operator; the operator itself is not started. */
  static async create(tier: Tier, namespace: string, options: PlanOptions = {}): Promise<Plan> {
    const client = sharedClient(tier.kubeconfig);
    // As the platform's namespace is: a pod that is not restricted is refused.
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await client.create('/api/v1/namespaces', { metadata: { name: namespace, labels } });
    await grantRole(client, namespace);
    await waitForRole(client, namespace);
    mkdirSync(join(tier.scratch, namespace), { recursive: true, mode: 0o755 });
    const proxy = await startProxy(tier, client, namespace);
    return new Plan(tier, namespace, client, proxy, await DatabaseGate.open(), options);
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
    const waiting = eventually({ what, timeoutMs, ...this.#objectChanges() }, async () => {
      const seen = this.#seenObject();
      if (seen !== undefined && judgedCondition(seen, wanted) === undefined) return undefined;
      // What the watch has shown may be older than the last change of the spec.
      return judgedCondition(await this.object(), wanted);
    });
    return waiting.catch((error: unknown) => {
      const conditions = (this.#seenObject()?.status?.conditions ?? []).map(
        (one) => `${one.type}=${one.status} ${one.reason}: ${one.message}`,
      );
      throw new Error(
        `${error instanceof Error ? error.message : String(error)}; conditions:\n  ${conditions.join('\n  ') || 'none'}\n${describeOperator(this.operator)}`,
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

  /** A database of somebody else, which ends with the plan. */
  async startExternalDatabase(): Promise<ExternalDatabase> {
    this.#external = await ExternalDatabase.start(this.#tier, join(this.#directory, 'elsewhere'));
    return this.#external;
  }

  get externalDatabase(): ExternalDatabase {
    if (!this.#external) throw new Error(`${this.namespace} has no external database`);
    return this.#external;
  }

  /** The Secret that tells the operator how to reach a database of somebody else. */
  createExternalSecret(database: ExternalDatabase, name = EXTERNAL_SECRET, login?: string): Promise<unknown> {
    const stringData = { ...database.appAccess(login), ...database.migratorAccess };
    return this.client.create(this.path('v1', 'secrets'), { metadata: { name }, stringData });
  }

  /** Starts the operator, makes the object and waits until it is ready. */
  async converge(spec: unknown = {}): Promise<void> {
    await this.operator.start();
    await this.createObject(spec);
    await this.waitReady();
  }

  /** Waits until the operator has written nothing for `idleMs`. */
  async settle(idleMs = 2000): Promise<void> {
    let count = this.proxy.log.writeCount;
    let since = performance.now();
    await eventually({ what: `${idleMs} ms without a write`, timeoutMs: 60_000 }, () => {
      if (this.proxy.log.writeCount !== count) {
        count = this.proxy.log.writeCount;
        since = performance.now();
      }
      return performance.now() - since >= idleMs || undefined;
    });
  }

  /**
   * Kills the operator if it still lives and starts the next one, which need not wait for the Lease to run out: that
   * nobody holds it any more is certain here.
   */
  async restartOperator(): Promise<void> {
    await this.operator.stop('SIGKILL');
    await this.client.delete(this.path('coordination.k8s.io/v1', 'leases', SERVICE_ACCOUNT));
    await this.operator.start();
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

  waitReady(timeoutMs = CONVERGE_MS): Promise<Condition> {
    return this.waitForCondition({ type: 'Ready', status: 'True' }, timeoutMs);
  }

  /** Keeps log and writes of this plan for whoever looks into a failure; returns the folder. */
  keepArtifacts(): string {
    const folder = join(this.#tier.artifacts, this.namespace);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'requests.log'), this.proxy.log.records.map(formatRecord).join('\n'));
    writeFileSync(
      join(folder, 'kubelet.log'),
      [...this.kubelet.problems].map((line) => line.join(': ')).join('\n'),
    );
    writeFileSync(join(folder, 'operator.log'), logOf(this.operator));
    return folder;
  }

  /** Ends every process of the plan and removes its files; the namespace stays, it ends with the control plane. */
  async stop(): Promise<void> {
    await Promise.all([this.operator, ...this.#more].map((operator) => operator.stop('SIGKILL')));
    this.#stopping.abort();
    await Promise.all([this.kubelet.stop(), this.#watching]);
    await this.#external?.stop();
    await this.proxy.stop();
    await this.gate.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
