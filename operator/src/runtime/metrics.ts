import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ReflectorMetrics, TransportMetrics } from '../kube/index.ts';
import type { Priority, QueueMetrics } from './workqueue/work-queue.ts';

export type ReconcileOutcome = 'success' | 'error' | 'requeue' | 'requeue_after';

export interface ControllerMetrics {
  readonly queue: QueueMetrics;
  reconciled(outcome: ReconcileOutcome, seconds: number): void;
  failed(kind: 'error' | 'terminal' | 'panic' | 'timeout'): void;
  activeWorkers(count: number): void;
}

const REQUEST_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
const QUEUE_BUCKETS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000];
const RECONCILE_BUCKETS = [
  ...[0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  ...[1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60],
];
/** controller-runtime writes the numbers of its priorities into the label. */
const PRIORITY_LABEL: Record<Priority, string> = { normal: '0', low: '-100' };

/** Names and buckets are those of client-go and controller-runtime, so that existing dashboards fit. */
export class RuntimeMetrics {
  readonly registry: Registry;
  /** Pass to HttpTransport. */
  readonly transport: TransportMetrics;
  /** Pass to Cache. */
  readonly reflectors: ReflectorMetrics;
  readonly #queueGauges: Record<'depth' | 'unfinished' | 'longest', Gauge>;
  readonly #queueCounters: Record<'adds' | 'retries', Counter>;
  readonly #queueTimes: Record<'queue' | 'work', Histogram>;
  readonly #outcomes: Counter;
  readonly #failures: Record<'error' | 'terminal' | 'panic' | 'timeout', Counter>;
  readonly #reconcileTime: Histogram;
  readonly #workers: Record<'max' | 'active', Gauge>;
  readonly #leader: Gauge;
  readonly #slowPath: Counter;
  readonly #events: Counter;
  readonly #running = new Map<string, () => readonly number[]>();
  readonly #expositions: (() => readonly Buffer[])[] = [];

  constructor(registry = new Registry()) {
    this.registry = registry;
    this.transport = this.#restClient();
    this.reflectors = this.#reflectorMetrics();
    const queue = ['name', 'controller'];
    this.#queueGauges = {
      depth: this.#gauge('workqueue_depth', 'Keys that are ready, by priority', [...queue, 'priority']),
      unfinished: this.#gauge(
        'workqueue_unfinished_work_seconds',
        'Seconds of work in progress that work_duration has not observed yet',
        queue,
      ),
      longest: this.#gauge(
        'workqueue_longest_running_processor_seconds',
        'Seconds the longest running worker has been at it',
        queue,
      ),
    };
    this.#queueCounters = {
      adds: this.#counter('workqueue_adds_total', 'Keys added', queue),
      retries: this.#counter('workqueue_retries_total', 'Keys added with a delay', queue),
    };
    this.#queueTimes = {
      queue: this.#histogram(
        'workqueue_queue_duration_seconds',
        'Seconds from add to pick-up',
        queue,
        QUEUE_BUCKETS,
      ),
      work: this.#histogram(
        'workqueue_work_duration_seconds',
        'Seconds from pick-up to done',
        queue,
        QUEUE_BUCKETS,
      ),
    };
    const controller = ['controller'];
    this.#outcomes = this.#counter('controller_runtime_reconcile_total', 'Reconciles by result', [
      'controller',
      'result',
    ]);
    this.#failures = {
      error: this.#counter('controller_runtime_reconcile_errors_total', 'Reconciles that failed', controller),
      terminal: this.#counter(
        'controller_runtime_terminal_reconcile_errors_total',
        'Reconciles that failed for good',
        controller,
      ),
      panic: this.#counter(
        'controller_runtime_reconcile_panics_total',
        'Reconciles that hit a bug',
        controller,
      ),
      timeout: this.#counter(
        'controller_runtime_reconcile_timeouts_total',
        'Reconciles that took too long',
        controller,
      ),
    };
    this.#reconcileTime = this.#histogram(
      'controller_runtime_reconcile_time_seconds',
      'Seconds per reconcile',
      controller,
      RECONCILE_BUCKETS,
    );
    this.#workers = {
      max: this.#gauge(
        'controller_runtime_max_concurrent_reconciles',
        'Reconciles that may run at once',
        controller,
      ),
      active: this.#gauge('controller_runtime_active_workers', 'Reconciles that run', controller),
    };
    this.#leader = this.#gauge('leader_election_master_status', '1 while this process leads', ['name']);
    this.#slowPath = this.#counter(
      'leader_election_slowpath_total',
      'Renewals that had to read the lease first',
      ['name'],
    );
    this.#events = this.#counter(
      'events_discarded_total',
      'Events dropped because the queue was full or the server refused them',
      [],
    );
  }

  /** Memory, CPU and event loop of this process, under the usual names. */
  collectProcessMetrics(): this {
    collectDefaultMetrics({ register: this.registry });
    return this;
  }

  /** `running`: for how long each worker has been at its key, in seconds. All series exist from here on, at zero. */
  controller(
    name: string,
    maxConcurrentReconciles: number,
    running: () => readonly number[],
  ): ControllerMetrics {
    const controller = { controller: name };
    const queue = { name, controller: name };
    this.#running.set(name, running);
    this.#workers.max.set(controller, maxConcurrentReconciles);
    this.#workers.active.set(controller, 0);
    this.#queueGauges.depth.set({ ...queue, priority: PRIORITY_LABEL.normal }, 0);
    this.#queueGauges.depth.set({ ...queue, priority: PRIORITY_LABEL.low }, 0);
    for (const result of ['success', 'error', 'requeue', 'requeue_after'])
      this.#outcomes.inc({ ...controller, result }, 0);
    for (const counter of Object.values(this.#failures)) counter.inc(controller, 0);
    for (const counter of Object.values(this.#queueCounters)) counter.inc(queue, 0);
    for (const histogram of Object.values(this.#queueTimes)) histogram.zero(queue);
    this.#reconcileTime.zero(controller);
    return {
      queue: {
        depth: (priority, items) =>
          this.#queueGauges.depth.set({ ...queue, priority: PRIORITY_LABEL[priority] }, items),
        added: () => this.#queueCounters.adds.inc(queue),
        retried: () => this.#queueCounters.retries.inc(queue),
        waited: (seconds) => this.#queueTimes.queue.observe(queue, seconds),
        worked: (seconds) => this.#queueTimes.work.observe(queue, seconds),
      },
      reconciled: (result, seconds) => {
        this.#outcomes.inc({ ...controller, result });
        this.#reconcileTime.observe(controller, seconds);
      },
      failed: (kind) => this.#failures[kind].inc(controller),
      activeWorkers: (count) => this.#workers.active.set(controller, count),
    };
  }

  leader(name: string, leads: boolean): void {
    this.#leader.set({ name }, leads ? 1 : 0);
    this.#slowPath.inc({ name }, 0);
  }

  leaderSlowPath(name: string): void {
    this.#slowPath.inc({ name });
  }

  eventDiscarded(): void {
    this.#events.inc();
  }

  /**
   * Series that their owner writes itself, under names that nobody else has: for thousands of them, which prom-client
   * would put together anew at each scrape.
   * @param expose Prometheus' text format, in parts
   */
  addExposition(expose: () => readonly Buffer[]): void {
    this.#expositions.push(expose);
  }

  /** The exposition in Prometheus' text format. */
  async expose(): Promise<{ readonly contentType: string; readonly body: Buffer }> {
    for (const [name, running] of this.#running) {
      const seconds = running();
      const labels = { name, controller: name };
      this.#queueGauges.unfinished.set(
        labels,
        seconds.reduce((sum, each) => sum + each, 0),
      );
      this.#queueGauges.longest.set(labels, Math.max(0, ...seconds));
    }
    const own = await this.registry.metrics();
    return {
      contentType: this.registry.contentType,
      body: Buffer.concat([Buffer.from(own), ...this.#expositions.flatMap((exposed) => exposed())]),
    };
  }

  #restClient(): TransportMetrics {
    const requests = this.#counter('rest_client_requests_total', 'Requests to the API server', [
      'code',
      'method',
      'host',
    ]);
    const help = 'Seconds from a request to the headers of its answer';
    const durations = this.#histogram(
      'rest_client_request_duration_seconds',
      help,
      ['verb', 'host'],
      REQUEST_BUCKETS,
    );
    return {
      request: (method, host, code, seconds) => {
        requests.inc({ code, method, host });
        durations.observe({ verb: method, host }, seconds);
      },
    };
  }

  #reflectorMetrics(): ReflectorMetrics {
    const resource = ['resource'];
    const lists = this.#counter('reflector_lists_total', 'Lists begun', resource);
    const watches = this.#counter('reflector_watches_total', 'Watches begun', resource);
    const relists = this.#counter('reflector_relists_total', 'Lists begun after the first', resource);
    const synced = this.#gauge(
      'reflector_last_sync_timestamp_seconds',
      'When the API server last said anything',
      resource,
    );
    const failed = this.#counter('reflector_handler_errors_total', 'Event handlers that threw', resource);
    return {
      list: (name) => lists.inc({ resource: name }),
      watch: (name) => watches.inc({ resource: name }),
      relist: (name) => relists.inc({ resource: name }),
      synced: (name, epochSeconds) => synced.set({ resource: name }, epochSeconds),
      handlerFailed: (name) => failed.inc({ resource: name }),
    };
  }

  #counter(name: string, help: string, labelNames: readonly string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string, labelNames: readonly string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram(
    name: string,
    help: string,
    labelNames: readonly string[],
    buckets: readonly number[],
  ): Histogram {
    return new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [this.registry] });
  }
}
