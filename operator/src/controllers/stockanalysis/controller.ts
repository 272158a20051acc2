import { isDeepStrictEqual } from 'node:util';
import { keyOf, type Cache, type Informer, type InformerOptions, type KubeObject } from '../../kube/index.ts';
import { parseSpec } from '../../api/index.ts';
import { leftDataBehind } from '../../policies/index.ts';
import { LABEL, MANAGED_SELECTOR } from '../../naming/index.ts';
import {
  Controller,
  ItemExponentialLimiter,
  enqueueLabel,
  enqueueSelf,
  primaryChanged,
  type ControllerOptions,
} from '../../runtime/index.ts';
import { INSTANCE_INDEX, instanceKeys } from './children.ts';
import { condensed } from './condensed.ts';
import { EXTERNAL_SECRET_INDEX, externalSecretKeys } from './external-secrets.ts';
import { StockAnalysisReconciler } from './reconciler.ts';
import { readPartOfPod } from './pod-part.ts';
import { CHILD_TYPES, kinds, pods, stockAnalyses, type Dependencies } from './types.ts';

type StockAnalysisControllerOptions = Pick<
  ControllerOptions,
  'log' | 'metrics' | 'isLeader' | 'maxConcurrentReconciles'
>;

const LEFT_BEHIND =
  'the object was deleted before its deletionPolicy Delete was seen: volume and credentials are kept; delete them by the label app.kubernetes.io/instance';

const OURS = { labelSelector: MANAGED_SELECTOR, indexers: { [INSTANCE_INDEX]: instanceKeys } };

/**
 * Of kinds with rules and dashboards among them: long texts, of which a page of a list holds few, for it is read as a whole
 * before anything of it is dropped.
 */
const LONG: InformerOptions<KubeObject> = { ...OURS, transform: condensed, pageSize: 50 };

/** How children of optional kinds are watched. */
export const OPTIONAL_CHILDREN = LONG;

const enqueueOwner = enqueueLabel(LABEL.instance);

/** Objects are reconciled one at a time each, and some side by side: a visit mostly waits for the API server. */
const CONCURRENCY = 8;

/**
 * The controller with its watches. Children are watched by our label, so foreign objects cost no memory, and found by
 * the instance label, because volume and credentials carry no owner reference.
 */
export function createStockAnalysisController(
  dependencies: Dependencies,
  options: StockAnalysisControllerOptions,
): Controller {
  const { cache, leftovers, externalSecrets, objectMetrics, knownManifests } = dependencies;
  const reconciler = new StockAnalysisReconciler(dependencies);
  const controller = new Controller({
    maxConcurrentReconciles: CONCURRENCY,
    limiter: new ItemExponentialLimiter({ baseMs: 1_000, maxMs: 300_000, jitter: 0.1 }),
    ...options,
    name: 'stockanalysis',
    reconcile: (request, context) => {
      objectMetrics.reconciled(request);
      return reconciler.reconcile(request, context);
    },
  });
  const objects = cache.informer(stockAnalyses, {
    indexers: { [EXTERNAL_SECRET_INDEX]: externalSecretKeys },
  });
  const forgetUnnamed = (): void =>
    externalSecrets.forgetUnnamed((key) => objects.peekByIndex(EXTERNAL_SECRET_INDEX, key).length > 0);
  objects.addHandler({
    onAdd: (object) => {
      leftovers.heardOf(object);
      objectMetrics.seen(object);
    },
    onUpdate: (old, object) => {
      objectMetrics.seen(object);
      if (!isDeepStrictEqual(externalSecretKeys(old), externalSecretKeys(object))) forgetUnnamed();
    },
    onDelete: (object) => {
      leftovers.forget(object);
      objectMetrics.forget(object.metadata);
      knownManifests.forget(object.metadata.uid);
      reconciler.forget(object);
      const parsed = parseSpec(object.spec);
      if (parsed.ok && leftDataBehind(object, parsed.spec.deletionPolicy))
        options.log.warn({ namespace: object.metadata.namespace, name: object.metadata.name }, LEFT_BEHIND);
      forgetUnnamed();
    },
  });
  externalSecrets.onChange((secret) => {
    for (const { metadata } of objects.peekByIndex(EXTERNAL_SECRET_INDEX, keyOf(secret)))
      controller.enqueue(metadata);
  });
  controller.watch(objects, enqueueSelf, primaryChanged);
  for (const type of CHILD_TYPES) {
    controller.watch(cache.informer(type, type === kinds.configMaps ? LONG : OURS), enqueueOwner);
  }
  controller.watch(cache.informer(pods, { ...OURS, transform: readPartOfPod }), enqueueOwner);
  return controller;
}

/** Has the owner visited of every child of a kind that the cluster did not serve from the start. */
export function watchOptional(controller: Controller, informer: Informer): void {
  const enqueue = (object: KubeObject, lowPriority = false): void => {
    for (const owner of enqueueOwner(object)) controller.enqueue(owner, { lowPriority });
  };
  informer.addHandler({
    onAdd: enqueue,
    onUpdate: (old, object) => {
      // Both: an owner that a child has left hears of it too.
      enqueue(old);
      enqueue(object);
    },
    onDelete: (last) => enqueue(last),
  });
}

/** For what concerns every object and no watch tells. */
export function visitAll(controller: Controller, cache: Cache): void {
  for (const { metadata } of cache.informer(stockAnalyses).peekAll())
    controller.enqueue(metadata, { lowPriority: true });
}
