import { randomUUID } from 'node:crypto';
import type { OperatorConfig } from './config.ts';
import {
  ExternalSecrets,
  InstalledCRD,
  KnownManifests,
  Leftovers,
  OPTIONAL_CHILDREN,
  ObjectMetrics,
  createStockAnalysisController,
  monitoringKinds,
  visitAll,
  watchOptional,
} from './controllers/stockanalysis/index.ts';
import {
  Cache,
  Client,
  HttpTransport,
  OptionalAPI,
  systemClock,
  type ClusterConfig,
  type Log,
  type ReflectorTimings,
  type TransportOptions,
} from './kube/index.ts';
import { EVENT_SOURCE, FIELD_MANAGER, GROUP } from './naming/index.ts';
import { EventBroadcaster, LeaderElector, Manager, RuntimeMetrics } from './runtime/index.ts';

const LEASE_NAME = 'stock-analysis-operator';

function createElector(
  config: OperatorConfig,
  namespace: string,
  parts: { client: Client; log: Log; metrics: RuntimeMetrics },
): LeaderElector | undefined {
  if (!config.lease) return undefined;
  return new LeaderElector({
    ...parts,
    namespace,
    name: LEASE_NAME,
    identity: `${config.podName}_${randomUUID()}`,
    leaseDurationMs: config.lease.durationMs,
    renewDeadlineMs: config.lease.renewDeadlineMs,
    retryPeriodMs: config.lease.retryPeriodMs,
  });
}

/** What differs between an operator that is a process and one inside of a test. */
export interface OperatorOptions {
  /** Metrics of the whole process, too: for one operator per process. */
  readonly collectsProcessMetrics?: true;
  readonly transport?: Pick<TransportOptions, 'timeoutMs' | 'headersTimeoutMs' | 'bodyTimeoutMs'>;
  readonly timings?: Partial<ReflectorTimings>;
}

/**
 * Everything wired together. Runs until the signal aborts and then stops in order; rejects when it loses its lease or
 * a part fails. Reads no environment and ends no process, so that several can run in one.
 */
export async function runOperator(
  config: OperatorConfig,
  cluster: ClusterConfig,
  log: Log,
  signal: AbortSignal,
  options: OperatorOptions = {},
): Promise<void> {
  const metrics = new RuntimeMetrics();
  if (options.collectsProcessMetrics) metrics.collectProcessMetrics();
  const namespace = config.podNamespace ?? cluster.namespace ?? 'default';
  const namespaces = config.watchNamespaces ?? [namespace];
  const transport = new HttpTransport(cluster, {
    ...options.transport,
    metrics: metrics.transport,
    userAgent: EVENT_SOURCE,
  });
  const client = new Client(transport, { fieldManager: FIELD_MANAGER });
  const { timings } = options;
  const cache = new Cache(client, {
    ...{ namespaces, log, metrics: metrics.reflectors },
    ...(timings ? { timings } : {}),
  });
  const elector = createElector(config, namespace, { client, log, metrics });
  const recorder = new EventBroadcaster({
    client,
    reportingController: `${GROUP}/operator`,
    reportingInstance: config.podName,
    log,
    metrics,
  });
  const objectMetrics = new ObjectMetrics();
  metrics.addExposition(() => objectMetrics.expose());
  client.onWrite((write) => objectMetrics.wrote(write));
  const { images, postgresDialAddress, healthPort, metricsPort } = config;
  const crd = new InstalledCRD({ client, log });
  await crd.check(signal);
  const { prometheusRules, podMonitors } = monitoringKinds;
  const prometheusOperator = new OptionalAPI({
    ...{ client, cache, log, namespaces, informer: OPTIONAL_CHILDREN, pollMs: config.discoveryMs },
    types: [prometheusRules, podMonitors],
    onInformer: (informer) => watchOptional(controller, informer),
  });
  const controller = createStockAnalysisController(
    {
      ...{ client, cache, recorder, images, crd, prometheusOperator, postgresDialAddress },
      operatorNamespace: namespace,
      leftovers: new Leftovers(client, systemClock),
      externalSecrets: new ExternalSecrets(client, cache),
      objectMetrics,
      knownManifests: new KnownManifests(),
      ...{ clock: systemClock, random: Math.random },
    },
    { log, metrics, isLeader: () => elector?.isLeader() ?? true },
  );
  log.info({ namespaces, images, leaderElection: elector !== undefined, server: cluster.server }, 'starting');
  const manager = new Manager({
    ...{ log, metrics, cache, recorder, healthPort, metricsPort },
    ...(elector ? { elector } : {}),
  });
  try {
    await Promise.all([
      manager.addController(controller).run(signal),
      crd.recheck(signal, () => visitAll(controller, cache)),
      prometheusOperator.run(signal, () => visitAll(controller, cache)),
    ]);
  } finally {
    await transport.close();
  }
  log.info({}, 'stopped');
}
