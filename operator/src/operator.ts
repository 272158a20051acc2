import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { loadConfig, type OperatorConfig } from './config.ts';
import { InstalledCRD, createStockAnalysisController } from './controllers/stockanalysis/index.ts';
import { Cache, Client, HttpTransport, loadClusterConfig, systemClock, type Log } from './kube/index.ts';
import { EVENT_SOURCE, FIELD_MANAGER, GROUP } from './naming/index.ts';
import { EventBroadcaster, LeaderElector, Manager, RuntimeMetrics, signalHandler } from './runtime/index.ts';

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

/**
 * Runs the operator until it is told to stop; rejects when it loses its lease or a part fails. `onReady` is called once
 * this process handles signals itself.
 */
export async function runOperator(onReady: () => void): Promise<void> {
  const config = loadConfig(process.env);
  const log = pino({ level: config.logLevel, base: null });
  const signal = signalHandler();
  onReady();
  const metrics = new RuntimeMetrics();
  const cluster = await loadClusterConfig();
  const namespace = config.podNamespace ?? cluster.namespace ?? 'default';
  const namespaces = config.watchNamespaces ?? [namespace];
  const transport = new HttpTransport(cluster, { metrics: metrics.transport, userAgent: EVENT_SOURCE });
  const client = new Client(transport, { fieldManager: FIELD_MANAGER });
  const cache = new Cache(client, { namespaces, log, metrics: metrics.reflectors });
  const elector = createElector(config, namespace, { client, log, metrics });
  const recorder = new EventBroadcaster({
    client,
    reportingController: `${GROUP}/operator`,
    reportingInstance: config.podName,
    log,
  });
  const { images, postgresDialAddress } = config;
  const crd = new InstalledCRD({ client, log });
  await crd.check(signal);
  const controller = createStockAnalysisController(
    {
      ...{ client, cache, recorder, images, crd, postgresDialAddress },
      ...{ clock: systemClock, random: Math.random },
    },
    { log, metrics, isLeader: () => elector?.isLeader() ?? true },
  );
  log.info({ namespaces, images, leaderElection: elector !== undefined, server: cluster.server }, 'starting');
  const { healthPort, metricsPort } = config;
  const manager = new Manager({
    log,
    metrics,
    cache,
    recorder,
    healthPort,
    metricsPort,
    ...(elector ? { elector } : {}),
  });
  await Promise.all([manager.addController(controller).run(signal), crd.recheck(signal)]);
  await transport.close();
  log.info({}, 'stopped');
}
