import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import type { ImageRefs } from '../images/index.ts';
import { sayOnChange } from '../lib/progress.ts';
import type { Kubectl } from './kubectl.ts';
import { splitReference } from './operator.ts';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message?: string;
  readonly observedGeneration?: number;
  readonly lastTransitionTime: string;
}

export interface StockAnalysisView {
  readonly metadata: {
    readonly name: string;
    readonly generation: number;
    readonly creationTimestamp: string;
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** The namespace of the chart and the sample, with Pod Security *restricted* enforced. */
export async function ensureNamespace(kubectl: Kubectl, name: string): Promise<void> {
  const labels = Object.fromEntries(
    ['enforce', 'warn', 'audit'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
  );
  await kubectl.apply(stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }));
}

/** A sample manifest, placed into a namespace and under a name of the caller's choice. */
export function readSample(file: string, namespace: string, name?: string): Record<string, unknown> {
  const manifest = parse(readFileSync(`manifests/samples/${file}`, 'utf8')) as {
    metadata: Record<string, unknown>;
  };
  return {
    ...manifest,
    metadata: { ...manifest.metadata, namespace, ...(name === undefined ? {} : { name }) },
  };
}

/** What a sample is applied with here: the images just built, so that a repeated `make up` rolls them out by spec. */
export function withImages(sample: Record<string, unknown>, images: ImageRefs): Record<string, unknown> {
  const spec = sample['spec'] as Record<string, Record<string, Record<string, unknown>> | undefined>;
  return {
    ...sample,
    spec: {
      ...spec,
      image: { ...spec['image'], ...splitReference(images.app) },
      marketData: { ...spec['marketData'], sample: { image: images.sampleData } },
      database: {
        ...spec['database'],
        builtIn: { ...spec['database']?.['builtIn'], image: images.postgres },
      },
    },
  };
}

export function describePending(object: StockAnalysisView): string {
  const conditions = object.status?.conditions ?? [];
  if (conditions.length === 0) return `${object.metadata.name}: not seen by the operator yet`;
  const gates = new Set(['DatabaseReady', 'SchemaCurrent', 'WorkloadsAvailable', 'Ready']);
  const pending = conditions.find((one) => gates.has(one.type) && one.status !== 'True');
  if (!pending) return `${object.metadata.name}: Ready`;
  return `${pending.type}=${pending.status} ${pending.reason}: ${pending.message ?? ''}`;
}

/** True only for a Ready that judged the generation which the object has now. */
export function isReady(object: StockAnalysisView): boolean {
  const ready = object.status?.conditions?.find((one) => one.type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === object.metadata.generation;
}

/** Waits until the object is Ready and says meanwhile which condition is pending and why. */
export async function waitUntilReady(
  kubectl: Kubectl,
  ref: { namespace: string; name: string },
  timeoutMs: number,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const object = await kubectl.get<StockAnalysisView>(['stockanalysis', ref.name, '-n', ref.namespace]);
    sayOnChange(describePending(object));
    if (isReady(object)) return;
    if (performance.now() > deadline) {
      throw new Error(
        `StockAnalysis ${ref.namespace}/${ref.name} is not Ready after ${timeoutMs / 1000} s: ${describePending(object)}`,
      );
    }
    await sleep(1000);
  }
}

/**
 * A NodePort Service of our own beside the operator's.
 * @param fixedPort the node port that it must have; undefined: the cluster chooses
 * @returns its node port
 */
export async function exposeServer(
  kubectl: Kubectl,
  ref: { namespace: string; name: string },
  fixedPort: number | undefined,
): Promise<number> {
  const name = `${ref.name}-local`;
  const selector = {
    'app.kubernetes.io/name': 'stock-analysis',
    'app.kubernetes.io/instance': ref.name,
    'app.kubernetes.io/component': 'server',
  };
  const nodePort = fixedPort === undefined ? {} : { nodePort: fixedPort };
  const ports = [{ name: 'http', port: 80, targetPort: 8080, ...nodePort }];
  await kubectl.apply(
    stringify({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: ref.namespace },
      spec: { type: 'NodePort', selector, ports },
    }),
  );
  const args = ['service', name, '-n', ref.namespace];
  const service = await kubectl.get<{ spec: { ports: { nodePort: number }[] } }>(args);
  const [port] = service.spec.ports;
  if (!port) throw new Error(`Service ${ref.namespace}/${name} has no port; delete it and try again`);
  return port.nodePort;
}

/** Waits until the page's data is there: a Ready platform may still be loading its first history. */
export async function waitForBars(url: string): Promise<void> {
  const deadline = performance.now() + 180_000;
  let last = '';
  while (performance.now() < deadline) {
    last = await fetch(`${url}/api/v1/bars/000001.SZ?from=2024-01-01`)
      .then(async (response) => {
        const body = (await response.json()) as { items?: unknown[]; detail?: string };
        if ((body.items?.length ?? 0) > 0) return 'bars';
        return `${response.status} ${body.detail ?? 'no bars yet'}`;
      })
      .catch((error: unknown) => String(error));
    if (last === 'bars') return;
    sayOnChange(`waiting for the first bars of 000001.SZ: ${last}`);
    await sleep(1000);
  }
  throw new Error(`${url} serves no bars of 000001.SZ after 180 s (${last}); see the worker's log`);
}
