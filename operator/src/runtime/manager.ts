import { sleep, systemClock, type Cache, type Clock, type Log } from '../kube/index.ts';
import type { Controller } from './controller.ts';
import { NotLeaderError } from './errors.ts';
import { Group, type Runnable } from './group.ts';
import { HealthChecks, type HealthCheck } from './health.ts';
import { HttpServer } from './http-server.ts';
import type { LeaderElector } from './leader-election.ts';
import type { RuntimeMetrics } from './metrics.ts';
import type { EventBroadcaster } from './recorder.ts';

export interface ManagerOptions {
  readonly log: Log;
  readonly metrics: RuntimeMetrics;
  readonly cache: Pick<Cache, 'run' | 'waitForSync' | 'statuses'>;
  readonly clock?: Clock;
  /** Absent: no election, controllers start at once. */
  readonly elector?: Pick<LeaderElector, 'acquire' | 'hold' | 'release'>;
  readonly recorder?: Pick<EventBroadcaster, 'run'>;
  /** 0: any free port (see `addresses`). Default 8081. */
  readonly healthPort?: number;
  /** Default 8080. */
  readonly metricsPort?: number;
  /** Default: all interfaces. */
  readonly host?: string;
  /** How long running reconciles may take to end. Default 30 s. */
  readonly gracePeriodMs?: number;
  /** How long the first lists may take. Default 2 min. */
  readonly syncTimeoutMs?: number;
  /** /readyz fails when a watch has been silent for longer. Default 5 min. */
  readonly maxSilenceMs?: number;
}

/**
 * Starts and stops the process in controller-runtime's order. Start: HTTP servers, caches, event recorder, what runs
 * on standbys, election, controllers. Stop: what runs on standbys, controllers, caches, HTTP servers; then the lease is
 * released, when nothing here writes any more; the recorder is last, because everything before may have made events.
 */
export class Manager {
  readonly #options: ManagerOptions;
  readonly #clock: Clock;
  readonly #liveness = new HealthChecks();
  readonly #readiness = new HealthChecks();
  readonly #standby: Runnable[] = [];
  readonly #leading: Runnable[] = [];
  readonly #servers: readonly HttpServer[];
  readonly #addresses = { health: 0, metrics: 0 };
  readonly #failure = Promise.withResolvers<never>();
  #synced = false;
  #stopping = false;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    // Waited for in `run`; a failure before that must not count as unhandled.
    this.#failure.promise.catch(() => undefined);
    this.#liveness.add('ping', () => undefined);
    this.#readiness.add('shutdown', () => (this.#stopping ? 'the process is stopping' : undefined));
    this.#readiness.add('caches', () => this.#cacheProblem());
    const probes = { '/healthz': () => this.#liveness.answer(), '/readyz': () => this.#readiness.answer() };
    const exposition = {
      '/metrics': async () => ({ status: 200, ...(await this.#options.metrics.expose()) }),
    };
    this.#servers = [new HttpServer(probes), new HttpServer(exposition)];
  }

  /** The ports in use after the start. */
  get addresses(): { readonly health: number; readonly metrics: number } {
    return this.#addresses;
  }

  addController(controller: Pick<Controller, 'name' | 'run'>): this {
    return this.addLeaderRunnable(controller);
  }

  /** Runs on standbys, too, once the caches are synced. */
  addRunnable(runnable: Runnable): this {
    this.#standby.push(runnable);
    return this;
  }

  /** Runs while we lead. */
  addLeaderRunnable(runnable: Runnable): this {
    this.#leading.push(runnable);
    return this;
  }

  addLivenessCheck(name: string, check: HealthCheck): this {
    this.#liveness.add(name, check);
    return this;
  }

  addReadinessCheck(name: string, check: HealthCheck): this {
    this.#readiness.add(name, check);
    return this;
  }

  /**
   * Starts in order, resolves after an ordered stop. Rejects when the lease is lost, a part fails, the caches cannot be
   * filled or the grace period is over: then exit non-zero, at once.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    const fail = (error: Error): void => this.#failure.reject(error);
    const groups = {
      caches: new Group(fail),
      recorder: new Group(fail),
      standby: new Group(fail),
      leading: new Group(fail),
      lease: new Group(fail),
    };
    const starting = new AbortController();
    const stopped = whenAborted(signal);
    let started: Promise<void> | undefined;
    try {
      await this.#listen();
      started = this.#start(groups, starting.signal);
      await Promise.race([started, stopped, this.#failure.promise]);
      await Promise.race([stopped, this.#failure.promise]);
    } catch (error) {
      starting.abort(error);
      // Another process may lead already: nothing is drained.
      log.error({ err: error }, 'the manager stops because a part of it failed');
      if (error instanceof NotLeaderError) this.#abandon(groups);
      else
        await this.#stopWithin(groups, started).catch((more: unknown) =>
          log.error({ err: more }, 'the stop failed too'),
        );
      throw error;
    }
    log.info({}, 'stopping');
    starting.abort(signal.reason);
    await this.#stopWithin(groups, started);
    log.info({}, 'stopped');
  }

  async #listen(): Promise<void> {
    const { healthPort = 8081, metricsPort = 8080, host } = this.#options;
    const [health, metrics] = this.#servers;
    this.#addresses.health = (await health?.listen(healthPort, host)) ?? 0;
    this.#addresses.metrics = (await metrics?.listen(metricsPort, host)) ?? 0;
  }

  /** The signal ends a start that is still under way. */
  async #start(groups: Groups, signal: AbortSignal): Promise<void> {
    const { cache, recorder, elector } = this.#options;
    groups.caches.start({ name: 'the cache', run: (until) => cache.run(until) });
    if (recorder) groups.recorder.start({ name: 'the event recorder', run: (until) => recorder.run(until) });
    await this.#waitForCaches(signal);
    if (signal.aborted) return;
    for (const part of this.#standby) groups.standby.start(part);
    if (elector) {
      await elector.acquire(signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      // Also when the start was aborted meanwhile: the lease may just have been taken, and is released by the stop.
      if (signal.aborted) return;
      groups.lease.start({ name: 'leader election', run: (until) => elector.hold(until) });
    }
    for (const part of this.#leading) groups.leading.start(part);
  }

  async #waitForCaches(signal: AbortSignal): Promise<void> {
    const { cache, syncTimeoutMs = 120_000 } = this.#options;
    const waiting = new AbortController();
    const stop = (): void => waiting.abort();
    const cancel = this.#clock.setTimeout(stop, syncTimeoutMs);
    signal.addEventListener('abort', stop, { once: true });
    this.#synced = await cache.waitForSync(waiting.signal);
    signal.removeEventListener('abort', stop);
    cancel();
    if (this.#synced || signal.aborted) return;
    const missing = cache
      .statuses()
      .filter((status) => !status.synced)
      .map((status) => status.resource);
    throw new Error(
      `no first list of ${missing.join(', ')} within ${syncTimeoutMs / 1000} s; ` +
        `are the CRDs installed, and may the service account list and watch?`,
    );
  }

  async #stopWithin(groups: Groups, started: Promise<void> | undefined): Promise<void> {
    const { gracePeriodMs = 30_000 } = this.#options;
    this.#stopping = true;
    const done = new AbortController();
    const late = sleep(this.#clock, gracePeriodMs, done.signal);
    const stopped = this.#stop(groups, started);
    const ended = await Promise.race([stopped.then(() => true), late.then(() => false)]);
    done.abort();
    if (ended) return;
    stopped.catch(() => undefined);
    throw new Error(
      `not everything ended within the grace period of ${gracePeriodMs / 1000} s; the lease is kept until it runs out`,
    );
  }

  async #stop(groups: Groups, started: Promise<void> | undefined): Promise<void> {
    await started?.catch(() => undefined);
    await groups.standby.stop();
    await groups.leading.stop();
    await groups.caches.stop();
    await Promise.all(this.#servers.map((server) => server.close()));
    await groups.lease.stop();
    await this.#options.elector?.release();
    await groups.recorder.stop();
  }

  #abandon(groups: Groups): void {
    this.#stopping = true;
    for (const group of Object.values(groups)) group.abandon();
    for (const server of this.#servers) void server.close();
  }

  #cacheProblem(): string | undefined {
    if (!this.#synced) return 'the first lists are not complete';
    const { cache, maxSilenceMs = 300_000 } = this.#options;
    const silent = cache.statuses().find((status) => status.silentForMs > maxSilenceMs);
    return silent && `nothing was heard of ${silent.resource} for ${Math.round(silent.silentForMs / 1000)} s`;
  }
}

type Groups = Readonly<Record<'caches' | 'recorder' | 'standby' | 'leading' | 'lease', Group>>;

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
