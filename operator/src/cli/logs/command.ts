import {
  ApiError,
  Client,
  HttpTransport,
  Informer,
  loadClusterConfig,
  systemClock,
  type Clock,
  type ClusterConfig,
  type Log,
  type Transport,
} from '../../kube/index.ts';
import { EXIT, Problem } from '../problem.ts';
import type { Output } from '../output.ts';
import { PodBoard } from './board.ts';
import { ContainerLog, type LogWindow } from './container-log.ts';
import type { Entry, Origin } from './entry.ts';
import { isWanted, type Wanted } from './filter.ts';
import { asJson, asText } from './format.ts';
import { Merge } from './merge.ts';
import { LOGS_HELP, parseLogsOptions, type LogsOptions } from './options.ts';
import { PODS, componentOf, keyOfOrigin, originsOf, viewOf, type Pod } from './pods.ts';
import { findObject, missingRight, objectScope, operatorScopes, podsIn, type PodScope } from './targets.ts';

/** How long what happens now waits for what may have happened before it. */
const WINDOW_MS = 400;

export interface CommandContext {
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
  readonly isTerminal: boolean;
}

/** `kubectl stockanalysis logs`. @returns the exit code. @throws Problem, ReaderGone */
export async function logs(args: readonly string[], context: CommandContext): Promise<number> {
  const options = parseLogsOptions(args);
  if (!options) {
    await context.output.write(LOGS_HELP);
    return EXIT.ok;
  }
  const { kubeconfig, context: name } = options;
  const cluster = await loadClusterConfig({
    env: context.env,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(name === undefined ? {} : { context: name }),
  }).catch((error: unknown) => {
    throw new Problem(error instanceof Error ? error.message : String(error));
  });
  // The first byte of a log that is followed may be hours away.
  const transport = new HttpTransport(cluster, { headersTimeoutMs: 0, userAgent: 'kubectl-stockanalysis' });
  try {
    return await new Session(options, cluster, transport, context).run();
  } finally {
    await transport.close();
  }
}

class Session {
  readonly #options: LogsOptions;
  readonly #namespace: string;
  readonly #transport: Transport;
  readonly #client: Client;
  readonly #context: CommandContext;
  readonly #clock: Clock = systemClock;
  readonly #merge: Merge;
  readonly #board = new PodBoard();
  readonly #running = new Map<string, Promise<void>>();
  /** Logs that cannot be read: not asked for again with every change of the pod. */
  readonly #refused = new Set<string>();
  #isIncomplete = false;

  constructor(options: LogsOptions, cluster: ClusterConfig, transport: Transport, context: CommandContext) {
    this.#options = options;
    this.#namespace = options.namespace ?? cluster.namespace ?? 'default';
    this.#transport = transport;
    this.#client = new Client(transport, { fieldManager: 'kubectl-stockanalysis' });
    this.#context = context;
    this.#merge = new Merge(this.#clock, WINDOW_MS);
  }

  async run(): Promise<number> {
    const { signal } = this.#context;
    await findObject(this.#client, this.#options, this.#namespace, signal);
    const scopes = await this.#scopes();
    const isSomethingThere = await this.#begin(scopes);
    if (!this.#options.follow) this.#endWithLogs();
    if (!isSomethingThere && !this.#options.follow) return this.#nothing();
    await this.#print();
    return signal.aborted ? EXIT.interrupted : this.#isIncomplete ? EXIT.incomplete : EXIT.ok;
  }

  async #scopes(): Promise<readonly PodScope[]> {
    const { components, name } = this.#options;
    const ofObject = components.some((component) => component !== 'operator');
    const scopes = ofObject ? [objectScope(name, this.#namespace)] : [];
    if (!components.includes('operator')) return scopes;
    const { signal } = this.#context;
    const operators = await operatorScopes(this.#client, this.#options, this.#namespace, signal);
    if (typeof operators !== 'string') return [...scopes, ...operators];
    this.#miss(`Without the lines of the operator: ${operators}`);
    return scopes;
  }

  /** @returns whether there is anything to read */
  async #begin(scopes: readonly PodScope[]): Promise<boolean> {
    const found = [];
    for (const scope of scopes) {
      const pods = await this.#list(scope);
      if (!pods) continue;
      found.push(...pods);
      // All lanes are there before the first entry leaves, or it might leave too early.
      for (const pod of pods) this.#board.set(pod);
    }
    for (const pod of found) this.#start(pod, false);
    if (this.#options.follow) for (const scope of scopes) this.#watch(scope);
    return this.#running.size > 0;
  }

  async #list(scope: PodScope): Promise<readonly Pod[] | undefined> {
    try {
      return await podsIn(this.#client, scope, this.#context.signal);
    } catch (error) {
      if (!(error instanceof ApiError) || !error.isForbidden) throw error;
      this.#miss(
        `Without the pods of ${scope.labelSelector}: ${missingRight('list', 'pods', scope.namespace)}`,
      );
      return undefined;
    }
  }

  #watch({ namespace, labelSelector }: PodScope): void {
    const informer = new Informer(
      PODS,
      { namespaces: [namespace], labelSelector },
      {
        client: this.#client,
        clock: this.#clock,
        random: Math.random,
        log: this.#log(),
        consistencyTimeoutMs: 0,
      },
    );
    this.#board.follow(informer, (pod) => this.#start(pod, true));
    void informer.run(this.#context.signal);
  }

  /** The watch goes on by itself; that it has trouble is worth one line, since new pods stay unseen meanwhile. */
  #log(): Log {
    const say = (fields: object, message: string): void => {
      const error: unknown = Reflect.get(fields, 'err') ?? Reflect.get(fields, 'error');
      const cause = error instanceof Error ? ` (${error.message})` : '';
      this.#context.output.sayOnce(`Pods that come or start again may be missed: ${message}${cause}`);
    };
    return { debug: () => undefined, info: () => undefined, warn: say, error: say };
  }

  #start(pod: Pod, isLate: boolean): void {
    const component = componentOf(pod);
    if (!component || !this.#options.components.includes(component)) return;
    for (const origin of originsOf(pod, component)) {
      const key = keyOfOrigin(origin);
      if (this.#running.has(key) || this.#refused.has(key) || !this.#isReadable(pod, origin)) continue;
      const lane = this.#merge.lane();
      if (isLate) lane.goLive();
      const log = new ContainerLog(origin, this.#board.factsOf(origin), lane, this.#windowOf(isLate), {
        transport: this.#transport,
        clock: this.#clock,
        complain: (...trouble) => this.#complain(...trouble),
        note: (text) => this.#context.output.say(text),
      });
      this.#running.set(
        key,
        log.run(this.#context.signal).then(() => this.#ended(key, origin)),
      );
    }
  }

  /** A StatefulSet gives the name of a pod that is gone to the next one, perhaps before we have noticed. */
  #ended(key: string, origin: Origin): void {
    if (!this.#options.follow || this.#context.signal.aborted) return;
    this.#running.delete(key);
    const pod = this.#board.podOf(origin);
    if (pod) this.#start(pod, true);
  }

  /** Without `--follow` what has no log yet, or no earlier one, is not waited for. */
  #isReadable(pod: Pod, { container }: Origin): boolean {
    const { follow, previous } = this.#options;
    const view = viewOf(pod, container);
    if (previous) return view.hasPrevious;
    if (follow || view.hasLog) return true;
    this.#context.output.say(`${pod.metadata.name} (${container}) has written nothing yet: ${view.waitsFor}`);
    return false;
  }

  /** A pod that comes later is new to its first line. */
  #windowOf(isLate: boolean): LogWindow {
    const { follow, previous, sinceTime, sinceSeconds, tailLines } = this.#options;
    return isLate ? { follow, previous } : { follow, previous, sinceTime, sinceSeconds, tailLines };
  }

  #complain(origin: Origin, error: unknown): void {
    const { component, namespace, pod, container } = origin;
    this.#refused.add(keyOfOrigin(origin));
    if (error instanceof ApiError && error.isForbidden)
      return this.#miss(`Without the log of ${component}: ${missingRight('get', 'pods/log', namespace)}`);
    this.#miss(
      `Without the rest of the log of ${pod} (${container}): ${error instanceof Error ? error.message : String(error)}`,
    );
  }

  #miss(text: string): void {
    this.#isIncomplete = true;
    this.#context.output.sayOnce(text);
  }

  #endWithLogs(): void {
    void Promise.all(this.#running.values()).then(() => this.#merge.complete());
  }

  #nothing(): number {
    const { name, previous } = this.#options;
    if (this.#isIncomplete) return EXIT.failed;
    this.#context.output.say(
      previous
        ? `No container of StockAnalysis ${name} has an instance before this one`
        : `No container of StockAnalysis ${name} has written anything`,
    );
    return previous ? EXIT.failed : EXIT.ok;
  }

  async #print(): Promise<void> {
    const { output, signal, env, isTerminal } = this.#context;
    const { name, level, grep, requestId, traceId, timestamps, color } = this.#options;
    const wanted: Wanted = { namespace: this.#namespace, name, level, grep, requestId, traceId };
    const style = { name, timestamps, color: color ?? (isTerminal && !env['NO_COLOR']) };
    const format = (entry: Entry): string =>
      this.#options.output === 'json' ? asJson(entry) : asText(entry, style);
    for (let entry = await this.#merge.next(signal); entry; entry = await this.#merge.next(signal))
      if (isWanted(entry, wanted)) await output.write(format(entry));
  }
}
