import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StockAnalysisStatus } from '../../api/index.ts';
import { Cache, silentLog, systemClock } from '../../kube/index.ts';
import { TerminalError, type ReconcileContext } from '../../runtime/index.ts';
import { startHarness, type Harness } from '../../runtime/testing/harness.ts';
import { ExternalSecrets } from './external-secrets.ts';
import { KnownManifests } from './known-manifests.ts';
import { Leftovers } from './leftovers.ts';
import { ObjectMetrics } from './object-metrics.ts';
import { StockAnalysisReconciler } from './reconciler.ts';
import { readyOf } from './status.ts';
import { stockAnalyses } from './types.ts';

const OBJECTS = 'apis/stockanalysis.dev/v1alpha1/stockanalyses';
const request = { namespace: 'a', name: 'demo' };

let harness: Harness;
let stop: AbortController;
let caching: Promise<void>;
let reconciler: StockAnalysisReconciler;
let announced: string[];

beforeEach(async () => {
  harness = await startHarness();
  stop = new AbortController();
  announced = [];
  const { client } = harness;
  const cache = new Cache(client);
  reconciler = new StockAnalysisReconciler({
    ...{ client, cache, clock: systemClock, random: Math.random },
    recorder: { event: (_, { reason }) => announced.push(reason) },
    images: { app: 'app:1', postgres: 'postgres:1', sampleData: 'sample-data:1', aktools: 'aktools:1' },
    operatorNamespace: 'operators',
    crd: { isOutdated: false },
    prometheusOperator: { state: 'absent' },
    leftovers: new Leftovers(client, systemClock),
    externalSecrets: new ExternalSecrets(client, cache),
    objectMetrics: new ObjectMetrics(),
    knownManifests: new KnownManifests(),
  });
  const spec = { server: { replicas: -1 } };
  harness.server.objects.create(OBJECTS, 'a', {
    apiVersion: 'stockanalysis.dev/v1alpha1',
    kind: 'StockAnalysis',
    metadata: { name: 'demo', generation: 1 },
    spec,
  });
  const objects = cache.informer(stockAnalyses);
  caching = cache.run(stop.signal);
  await objects.synced;
});

afterEach(async () => {
  stop.abort();
  await caching;
  await harness.close();
});

const visit = (): ReconcileContext => ({
  ...{ signal: stop.signal, log: silentLog, reconcileID: '1' },
  assertLeader: () => stop.signal.throwIfAborted(),
});

/** Our CRD lets no such object in; an installed one of another version may. */
describe('an object whose spec does not follow our schema', () => {
  it('waits for a change of the spec, and says so once', async () => {
    for (let visits = 0; visits < 2; visits += 1) {
      const error: unknown = await reconciler.reconcile(request, visit()).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TerminalError);
      expect(error).toMatchObject({ message: expect.stringContaining('spec.server.replicas') });
    }
    const writes = harness.server.requests.filter(({ method }) => method !== 'GET');
    expect(writes.map(({ path }) => path.split('/').slice(-2).join('/'))).toEqual(['demo/status']);
    const { status } = harness.server.objects.get(OBJECTS, 'a/demo') as { status?: StockAnalysisStatus };
    expect(readyOf(status)).toMatchObject({ status: 'False', reason: 'InvalidSpec' });
    expect(status?.conditions?.find(({ type }) => type === 'Stalled')).toMatchObject({ status: 'True' });
    expect(announced).toEqual(['InvalidSpec']);
  });
});
