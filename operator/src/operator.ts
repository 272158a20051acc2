import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { schemaHash, schemaHashIn } from './api/index.ts';
import { loadConfig, type OperatorConfig } from './config.ts';
import { createStockAnalysisController } from './controllers/stockanalysis/index.ts';
import { Cache, Client, HttpTransport, loadClusterConfig, systemClock, type Log } from './kube/index.ts';
import { API_VERSION, EVENT_SOURCE, FIELD_MANAGER, GROUP, KIND } from './naming/index.ts';
import { EventBroadcaster, LeaderElector, Manager, RuntimeMetrics, signalHandler } from './runtime/index.ts';

const LEASE_NAME = 'stock-analysis-operator';

/** Says when the installed CRD is another one than ours: new fields would be dropped without a word. */
async function reportSchema(client: Client, log: Log, signal: AbortSignal): Promise<void> {
  try {
    const document = await client.getRaw(`/openapi/v3/apis/${API_VERSION}`, signal);
    const installed = schemaHashIn(JSON.stringify(document) ?? '');
    const expected = schemaHash();
    if (installed === expected) return;
    log.warn(
      { installed, expected },
      `the installed CRD of ${KIND} is not the one of this operator: apply crds/`,
    );
  } catch (error) {
    log.warn({ error: String(error) }, `cannot read the schema of ${GROUP}`);
  }
}

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
  const controller = createStockAnalysisController(
    { client, cache, recorder, images, clock: systemClock, random: Math.random, postgresDialAddress },
    { log, metrics, isLeader: () => elector?.isLeader() ?? true },
  );
  log.info({ namespaces, images, leaderElection: elector !== undefined, server: cluster.server }, 'starting');
  await reportSchema(client, log, signal);
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
  await manager.addController(controller).run(signal);
  await transport.close();
  log.info({}, 'stopped');
}
