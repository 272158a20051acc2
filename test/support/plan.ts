/**
 * One plan: a namespace of its own with Role and ServiceAccount of the operator, a proxy, a stub kubelet, a place for
 * PostgreSQL and an operator process. Plans share nothing but the control plane, so many run side by side.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OperatorOptions } from '../../operator/src/operator.ts';
import { DatabaseGate } from './database-gate.ts';
import { EXTERNAL_SECRET, ExternalDatabase } from './external-database.ts';
import type { FaultProxy, ProxyTLS } from './fault-proxy.ts';
import { sharedClient, type KubeClient } from './kube-client.ts';
import { InProcessOperator } from './in-process-operator.ts';
import type { OperatorPlace } from './operator-environment.ts';
import { OperatorProcess } from './operator-process.ts';
import { SERVICE_ACCOUNT, grantRole, startProxy, waitForRole } from './operator-rights.ts';
import { describeOperator, logOf, type OperatorRunner } from './operator-runner.ts';
import { PlanObjects } from './plan-objects.ts';
import { StubKubelet } from './stub-kubelet.ts';
import { type Deployment, isRolledOut } from './rolled-out.ts';
import { eventually } from './wait.ts';
import { formatRecord, type RequestRecord } from './write-log.ts';

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

export class Plan extends PlanObjects {
  readonly proxy: FaultProxy;
  readonly gate: DatabaseGate;
  readonly kubelet: StubKubelet;
  readonly operator: OperatorRunner;
  readonly #options: PlanOptions;
  readonly #more: OperatorProcess[] = [];
  #external: ExternalDatabase | undefined;
  readonly #tier: Tier;
  readonly #directory: string;

  private constructor(
    tier: Tier,
    namespace: string,
    client: KubeClient,
    proxy: FaultProxy,
    gate: DatabaseGate,
    options: PlanOptions,
  ) {
    super(client, namespace);
    this.#tier = tier;
    this.#directory = join(tier.scratch, namespace);
    this.proxy = proxy;
    this.gate = gate;
    const directory = this.#directory;
    const { ledger, postgresInstallation } = tier;
    this.kubelet = StubKubelet.start({ client, namespace, directory, ledger, postgresInstallation, gate });
    this.#options = options;
    this.operator = options.inProcess
      ? new InProcessOperator({ ...this.#place('operator'), proxy, operator: options.inProcess })
      : this.#newProcess('operator');
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

  protected override describe(): string {
    return describeOperator(this.operator);
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

  /** Waits until Kubernetes has rolled out what the Deployments say: no pod of before is left. */
  async waitRolledOut(): Promise<void> {
    await eventually({ what: 'the Deployments to be rolled out', timeoutMs: 120_000 }, async () =>
      (await this.list<Deployment>('apps/v1', 'deployments')).every(isRolledOut) ? true : undefined,
    );
  }

  /** Waits until the operator, or another one with this log, has written nothing for `idleMs`. */
  async settle(idleMs = 2000, log = this.proxy.log): Promise<void> {
    let count = log.writeCount;
    let since = performance.now();
    await eventually({ what: `${idleMs} ms without a write`, timeoutMs: 60_000 }, () => {
      if (log.writeCount !== count) {
        count = log.writeCount;
        since = performance.now();
      }
      return performance.now() - since >= idleMs || undefined;
    });
  }

  /**
   * Kills the operator if it still lives and starts the next one, which need not wait for the Lease to run out: that
   * nobody holds it any more is certain here. Resolves when it has begun to work: until then it is quiet as well, and the
   * one that was killed may have done all that somebody waits for.
   */
  async restartOperator(): Promise<void> {
    await this.operator.stop('SIGKILL');
    const { records, leaseCount } = this.proxy.log;
    const seen = records.length;
    await this.client.delete(this.path('coordination.k8s.io/v1', 'leases', SERVICE_ACCOUNT));
    await this.operator.start();
    // One in this process takes no Lease, and visits what it watches.
    const isAtWork = ({ kind, verb, object, status }: RequestRecord): boolean =>
      status !== undefined &&
      (leaseCount > 0 ? kind === 'lease' : verb === 'watch' && object.startsWith('stockanalyses.'));
    await eventually({ what: 'the next operator to be at work', timeoutMs: 60_000 }, () =>
      records.slice(seen).some(isAtWork) ? true : undefined,
    );
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
    await Promise.all([this.kubelet.stop(), this.stopWatching()]);
    await this.#external?.stop();
    await this.proxy.stop();
    await this.gate.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
