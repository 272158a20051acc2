/**
 * Scheduler, kubelet and volume provisioner of one namespace, without containers. It binds pods to the fake node,
 * waits for everything that a pod refers to as a kubelet would, starts a real PostgreSQL for the database pod, and
 * reports what would have happened. Faults are told to it, see `Script`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Informer } from './informer.ts';
import { KubeError, isNotFound, type KubeClient } from './kube-client.ts';
import type { Container, Pod } from './kube-objects.ts';
import {
  crashLooping,
  finished,
  preparing,
  pullFailure,
  running,
  unschedulable,
  waiting,
} from './pod-status.ts';
import { MissingDependency, PodVolumes, type MountedFiles } from './pod-volumes.ts';
import type { PostgresServer } from './postgres.ts';
import { NODE_NAME, schedulingProblem } from './stub-scheduler.ts';
import { StubProvisioner } from './stub-provisioner.ts';
import { migrate, probeApplication, runPostgres, type WorkloadEnvironment } from './stub-workloads.ts';

/** Time between two looks at what waits for something that no event announces. */
const RESYNC_MS = 300;

/** Time between two tries to pull an image. */
const PULL_RETRY_MS = 2000;

/** What goes wrong, and for which pods; may be changed at any time. */
export interface Script {
  /** False: the registry does not know the image. */
  pullable: (image: string) => boolean;
  /** A message: a volume cannot be attached or mounted. Undefined: all can. */
  unmountable: (pod: Pod) => string | undefined;
  /** An exit code and last words: the container ends again and again. Undefined: it runs. */
  crash: (pod: Pod) => { readonly exitCode: number; readonly message: string } | undefined;
}

export interface StubKubeletOptions extends WorkloadEnvironment {
  /** With all rights. */
  readonly client: KubeClient;
  readonly namespace: string;
}

const COMPONENT = 'app.kubernetes.io/component';

export class StubKubelet {
  readonly script: Script = {
    pullable: () => true,
    unmountable: () => undefined,
    crash: () => undefined,
  };
  /** Why pods are not where they should be, by name: for the text of a failure. */
  readonly problems = new Map<string, string>();
  readonly #options: StubKubeletOptions;
  readonly #volumes: PodVolumes;
  readonly #provisioner: StubProvisioner;
  readonly #pods: Informer<Pod>;
  readonly #stopping = new AbortController();
  readonly #mounts = new Map<string, MountedFiles>();
  readonly #written = new Map<string, string>();
  readonly #databases = new Map<string, PostgresServer>();
  readonly #busy = new Map<string, Promise<void>>();
  readonly #background: Promise<unknown>[] = [];

  private constructor(options: StubKubeletOptions) {
    this.#options = options;
    this.#volumes = new PodVolumes(options.client, options.namespace);
    this.#provisioner = new StubProvisioner(options.client, options.namespace, options.directory);
    const path = `/api/v1/namespaces/${options.namespace}/pods`;
    this.#pods = new Informer<Pod>(
      options.client,
      path,
      (pod) => this.#enqueue(pod),
      (pod) => void this.#forget(pod),
    );
  }

  static start(options: StubKubeletOptions): StubKubelet {
    const kubelet = new StubKubelet(options);
    const { signal } = kubelet.#stopping;
    kubelet.#background.push(
      kubelet.#pods.run(signal),
      kubelet.#provisioner.run(signal),
      kubelet.#resync(signal),
    );
    return kubelet;
  }

  /** Ends PostgreSQL and all watching. The pods stay in the API server as they are. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#background, ...this.#busy.values()]);
    await Promise.all([...this.#databases.keys()].map((uid) => this.#stopDatabase(uid, 'immediate')));
  }

  /** Kills the PostgreSQL of the namespace as a power cut would; the kubelet starts it again. */
  async crashDatabase(): Promise<void> {
    await Promise.all([...this.#databases.values()].map((server) => server.stop('immediate')));
  }

  /** What waits for something that no pod event announces (a Secret, a volume, a mended registry) is looked at again. */
  async #resync(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#provisioner.provisionPending().catch(() => undefined);
      for (const pod of this.#pods.objects.values()) this.#enqueue(pod);
      await sleep(RESYNC_MS);
    }
  }

  /** One pod is never handled twice at the same time; what happens meanwhile is found by the next look. */
  #enqueue(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    if (this.#busy.has(uid) || this.#stopping.signal.aborted) return;
    const work = this.#sync(uid)
      .then(() => void this.problems.delete(pod.metadata.name))
      .catch((error: unknown) => void this.problems.set(pod.metadata.name, String(error)))
      .finally(() => this.#busy.delete(uid));
    this.#busy.set(uid, work);
  }

  async #sync(uid: string): Promise<void> {
    const pod = this.#pods.objects.get(uid);
    if (pod === undefined || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') {
      if (pod?.metadata.deletionTimestamp !== undefined) await this.#terminate(pod);
      return;
    }
    if (pod.metadata.deletionTimestamp !== undefined) return this.#terminate(pod);
    if (pod.spec.nodeName === undefined) return this.#schedule(pod);
    const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
    // What runs has its image.
    const hasStarted = this.#mounts.has(uid);
    const unpullable = hasStarted ? [] : containers.filter(({ image }) => !this.script.pullable(image));
    if (unpullable.length > 0) {
      return this.#reportPullFailure(pod, unpullable);
    }
    return this.#start(pod);
  }

  #reportPullFailure(pod: Pod, containers: readonly Container[]): Promise<void> {
    const image = containers[0]?.image ?? '';
    const turn = Math.floor(performance.now() / PULL_RETRY_MS);
    const [reason, message] = pullFailure(image, turn);
    return this.#report(pod, `${reason} ${turn}`, waiting(pod, containers, reason, message));
  }

  /** A kubelet tells what it cannot mount in an Event only. */
  async #reportMountFailure(pod: Pod, message: string): Promise<void> {
    const state = `missing ${message}`;
    if (this.#written.get(pod.metadata.uid ?? '') === state) return;
    const { namespace, name, uid } = pod.metadata;
    const lastTimestamp = `${new Date().toISOString().slice(0, 19)}Z`;
    await this.#options.client.create(`/api/v1/namespaces/${namespace}/events`, {
      metadata: { generateName: `${name}.` },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
      ...{ type: 'Warning', reason: 'FailedMount', message, source: { component: 'kubelet' } },
      ...{ firstTimestamp: lastTimestamp, lastTimestamp, count: 1 },
    });
    await this.#report(pod, state, preparing(pod));
  }

  async #schedule(pod: Pod): Promise<void> {
    const problem = await schedulingProblem(pod, this.#volumes);
    if (problem !== undefined) return this.#report(pod, problem, unschedulable(problem));
    const { namespace, name, uid } = pod.metadata;
    await this.#options.client.create(`/api/v1/namespaces/${namespace}/pods/${name}/binding`, {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace, uid },
      target: { apiVersion: 'v1', kind: 'Node', name: NODE_NAME },
    });
    return undefined;
  }

  async #start(pod: Pod): Promise<void> {
    let mounted: MountedFiles;
    try {
      mounted = await this.#mountedOnce(pod);
    } catch (error) {
      if (!(error instanceof MissingDependency)) throw error;
      if (error.reason === 'ContainerCreating') return this.#reportMountFailure(pod, error.message);
      const status = waiting(pod, pod.spec.containers, error.reason, error.message);
      return this.#report(pod, `missing ${error.message}`, status);
    }
    const crash = this.script.crash(pod);
    if (crash === undefined) return this.#run(pod, mounted);
    if (pod.spec.restartPolicy === 'Never')
      return this.#report(pod, 'failed', finished(pod, crash.exitCode, crash.message));
    await this.#stopDatabase(pod.metadata.uid ?? '', 'immediate');
    return this.#report(pod, 'crash', crashLooping(pod, crash.exitCode, crash.message));
  }

  /** A started pod keeps its files; only one that waits looks again. */
  async #mountedOnce(pod: Pod): Promise<MountedFiles> {
    const uid = pod.metadata.uid ?? '';
    const known = this.#mounts.get(uid);
    if (known !== undefined) return known;
    const problem = this.script.unmountable(pod);
    if (problem !== undefined) throw new MissingDependency('ContainerCreating', problem);
    const mounted = await this.#volumes.mount(pod);
    this.#mounts.set(uid, mounted);
    return mounted;
  }

  async #run(pod: Pod, mounted: MountedFiles): Promise<void> {
    const uid = pod.metadata.uid ?? '';
    const component = pod.metadata.labels?.[COMPONENT];
    if (pod.spec.restartPolicy !== 'Always') {
      const words = component === 'migrate' ? await migrate(this.#options, mounted) : '';
      return this.#report(pod, 'succeeded', finished(pod, 0, words));
    }
    const lacksDatabase = component === 'postgres' && !this.#databases.has(uid);
    const wasReady = this.#written.get(uid) === 'ready';
    if (wasReady && !lacksDatabase) return undefined;
    if (wasReady) await this.#report(pod, 'started', running(pod, false));
    try {
      if (lacksDatabase) await this.#startDatabase(uid, mounted);
      if (component === 'server' || component === 'worker') await probeApplication(this.#options, mounted);
    } catch (error) {
      await this.#report(pod, 'started', running(pod, false));
      throw error;
    }
    return this.#report(pod, 'ready', running(pod, true));
  }

  async #startDatabase(uid: string, mounted: MountedFiles): Promise<void> {
    const server = await runPostgres(this.#options, uid, mounted);
    this.#databases.set(uid, server);
    this.#options.gate.target = server.port;
    void this.#closeGateAfter(uid, server);
  }

  async #closeGateAfter(uid: string, server: PostgresServer): Promise<void> {
    await server.exited;
    if (this.#databases.get(uid) === server) this.#databases.delete(uid);
    if (this.#databases.size === 0) this.#options.gate.target = undefined;
  }

  async #stopDatabase(uid: string, mode: 'fast' | 'immediate'): Promise<void> {
    await this.#databases.get(uid)?.stop(mode);
    this.#databases.delete(uid);
  }

  async #terminate(pod: Pod): Promise<void> {
    const { namespace, name, uid = '' } = pod.metadata;
    await this.#stopDatabase(uid, 'fast');
    const preconditions = { uid };
    await this.#options.client
      .delete(`/api/v1/namespaces/${namespace}/pods/${name}`, { gracePeriodSeconds: 0, preconditions })
      .catch((error: unknown) => {
        if (!(error instanceof KubeError && error.reply.status === 409)) throw error;
      });
  }

  async #forget(pod: Pod): Promise<void> {
    const uid = pod.metadata.uid ?? '';
    this.#written.delete(uid);
    this.#mounts.delete(uid);
    await this.#stopDatabase(uid, 'fast');
  }

  /** Writes a status once: `state` names it, and the same state is not written again. */
  async #report(pod: Pod, state: string, status: Readonly<Record<string, unknown>>): Promise<void> {
    const uid = pod.metadata.uid ?? '';
    if (this.#written.get(uid) === state) return;
    const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/status`;
    try {
      await this.#options.client.patch(path, { metadata: { uid }, status });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    this.#written.set(uid, state);
  }
}
