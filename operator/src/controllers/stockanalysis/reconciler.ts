import {
  parseSpec,
  type StockAnalysis,
  type StockAnalysisSpec,
  type StockAnalysisStatus,
} from '../../api/index.ts';
import { API_VERSION, FINALIZER, KIND, canonicalJson } from '../../naming/index.ts';
import { ApiError, TransportError } from '../../kube/index.ts';
import {
  NotLeaderError,
  TerminalError,
  type ReconcileContext,
  type Request,
  type Result,
} from '../../runtime/index.ts';
import { apiFinding, decideDeletion, needsFinalizer, type Finding } from '../../policies/index.ts';
import { gatherChildren } from './children.ts';
import { release, removeData, setFinalizer } from './deletion.ts';
import { gather, knownUIDs, plannedFields, targetOf } from './gather.ts';
import { runPass } from './pass.ts';
import { renewLost } from './renewal.ts';
import { VerifiedServers } from './phases/roles.ts';
import { revisitAfter } from './revisit.ts';
import {
  ON_THE_WAY,
  aggregateStatus,
  changesOf,
  fails,
  openGeneration,
  overallStatus,
  readyOf,
  statusDiffers,
  type Verdict,
} from './status.ts';
import { stockAnalyses, type Dependencies, type Visit } from './types.ts';
import { OwnerGoneError } from './child-errors.ts';
import { ChildWriter } from './writer.ts';

/** How long the API server is believed that an object is gone which the watch still shows. */
const GONE_MS = 60_000;

/** Brings one StockAnalysis to its spec, or says in its status what is in the way. */
export class StockAnalysisReconciler {
  readonly #dependencies: Dependencies;
  readonly #verified = new VerifiedServers();
  /** Versions of objects, by UID, that are gone or on their way out, of which the watch still has to tell. */
  readonly #gone = new Map<string, { readonly resourceVersion: string; readonly until: number }>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** What was remembered of an object that is gone. */
  forget(object: StockAnalysis): void {
    this.#verified.forget(object.metadata.uid);
    this.#gone.delete(object.metadata.uid);
  }

  async reconcile(request: Request, visit: ReconcileContext): Promise<Result | undefined> {
    const object = await this.#dependencies.cache.informer(stockAnalyses).get(request, visit.signal);
    if (!object || this.#isGone(object)) return undefined;
    const { uid, resourceVersion } = object.metadata;
    try {
      return await this.#visit(object, visit);
    } catch (error) {
      if (!(error instanceof OwnerGoneError)) throw error;
      visit.log.info({}, error.message);
      this.#gone.set(uid, { resourceVersion, until: this.#dependencies.clock.monotonic() + GONE_MS });
      // The watch tells of the deletion before that; where it does not, the API server may have been wrong.
      return { requeueAfterMs: GONE_MS };
    }
  }

  /** What such an object lacks is being collected; what would be made for it too, and each time that calls for a visit. */
  #isGone({ metadata: { uid, resourceVersion } }: StockAnalysis): boolean {
    const gone = this.#gone.get(uid);
    return gone?.resourceVersion === resourceVersion && this.#dependencies.clock.monotonic() < gone.until;
  }

  async #visit(object: StockAnalysis, visit: Visit): Promise<Result | undefined> {
    // First, so that an object which cannot be reconciled can always be deleted.
    if (object.metadata.deletionTimestamp !== undefined) return this.#delete(object, visit);
    const parsed = parseSpec(object.spec);
    if (parsed.ok) return this.#converge(object, parsed.spec, visit);
    const verdict = fails({ reason: 'InvalidSpec', message: parsed.message, stalled: true });
    await this.#writeOverall(object, verdict, visit);
    throw new TerminalError(parsed.message);
  }

  async #converge(seen: StockAnalysis, spec: StockAnalysisSpec, visit: Visit): Promise<Result> {
    let object = seen;
    try {
      const keeps = needsFinalizer(spec.deletionPolicy);
      if (keeps !== (seen.metadata.finalizers?.includes(FINALIZER) ?? false))
        object = await setFinalizer(seen, keeps, this.#dependencies, visit);
      const opened = await this.#open(object, spec, visit);
      object = { ...object, status: opened };
      return await this.#pass(object, opened, spec, visit);
    } catch (error) {
      if (error instanceof OwnerGoneError || isPassing(error, visit)) throw error;
      await this.#writeOverall(object, fails(failureOf(error)), visit);
      throw error;
    }
  }

  /** Writes what must stand in status before any child is touched; nothing in a steady state. */
  async #open(object: StockAnalysis, spec: StockAnalysisSpec, visit: Visit): Promise<StockAnalysisStatus> {
    const { conditions, observedGeneration, ...fields } = object.status ?? {};
    const lacking = await plannedFields(object, spec, this.#dependencies, visit);
    const credentials = await renewLost(object, lacking.credentials, this.#dependencies, visit);
    const planned = { ...lacking, credentials };
    const known = canonicalJson({ ...fields, ...planned }) === canonicalJson(fields);
    if (object.status && conditions && known && observedGeneration === object.metadata.generation)
      return object.status;
    const now = new Date(this.#dependencies.clock.now());
    const next = openGeneration(object.status, object.metadata.generation, { ...fields, ...planned }, now);
    await this.#writeStatus(object, next, visit);
    return next;
  }

  async #pass(
    object: StockAnalysis,
    opened: StockAnalysisStatus,
    spec: StockAnalysisSpec,
    visit: Visit,
  ): Promise<Result> {
    const { image } = await plannedFields({ ...object, status: opened }, spec, this.#dependencies, visit);
    const target = targetOf(object, spec, image, this.#dependencies.operatorNamespace);
    const pass = await gather(object, opened, target, this.#dependencies, visit);
    const { observations, requeueAfterMs } = await runPass(pass, image, this.#verified);
    const now = this.#dependencies.clock.now();
    const status = aggregateStatus(opened, object.metadata.generation, observations, new Date(now));
    if (statusDiffers(opened, status)) await this.#writeStatus({ ...object, status: opened }, status, visit);
    return { requeueAfterMs: revisitAfter(status, now, this.#dependencies.random, requeueAfterMs) };
  }

  async #delete(object: StockAnalysis, visit: Visit): Promise<Result | undefined> {
    const parsed = parseSpec(object.spec);
    const decision = decideDeletion(object, parsed.ok ? parsed.spec.deletionPolicy : 'Retain');
    if (decision.action === 'none') return undefined;
    if (decision.action === 'await-confirmation') {
      await this.#writeOverall(
        object,
        fails({ reason: 'DeletionNotConfirmed', message: decision.message, stalled: true }),
        visit,
      );
      return undefined;
    }
    if (decision.action === 'release') {
      await release(object, this.#dependencies, visit);
      return undefined;
    }
    const { name, namespace } = object.metadata;
    const children = await gatherChildren(this.#dependencies.cache, namespace, name, visit.signal);
    const known = { knownUIDs: knownUIDs(object.status) };
    const writer = new ChildWriter(this.#dependencies.client, object.metadata, children, visit, known);
    const deletion = { object, children, writer, dependencies: this.#dependencies, visit };
    const progress = await removeData(deletion);
    if (!progress) return undefined;
    const status = await this.#writeOverall(
      object,
      fails({ reason: 'Deleting', message: `Waits for ${progress.waitingFor}` }),
      visit,
    );
    return {
      requeueAfterMs: revisitAfter(status, this.#dependencies.clock.now(), this.#dependencies.random),
    };
  }

  /** Writes a verdict about the object as a whole, where it differs from what stands there. */
  async #writeOverall(object: StockAnalysis, verdict: Verdict, visit: Visit): Promise<StockAnalysisStatus> {
    const now = new Date(this.#dependencies.clock.now());
    const next = overallStatus(object.status, object.metadata.generation, verdict, now);
    if (statusDiffers(object.status, next)) await this.#writeStatus(object, next, visit);
    return next;
  }

  async #writeStatus(object: StockAnalysis, status: StockAnalysisStatus, visit: Visit): Promise<void> {
    const { name, namespace, uid } = object.metadata;
    visit.assertLeader();
    visit.log.info({ changes: changesOf(object.status, status) }, 'write status');
    const manifest = { apiVersion: API_VERSION, kind: KIND, metadata: { name, namespace }, status };
    try {
      await this.#dependencies.client.applyStatus(stockAnalyses, manifest, { uid }, visit.signal);
    } catch (error) {
      if (error instanceof ApiError && error.isNotFound) throw new OwnerGoneError(`${namespace}/${name}`);
      throw error;
    }
    this.#announce(object, status);
  }

  /** An Event where Ready begins to hold or its reason changes to one that wants attention. */
  #announce(object: StockAnalysis, status: StockAnalysisStatus): void {
    const before = readyOf(object.status);
    const ready = readyOf(status);
    if (!ready || (before?.status === ready.status && before.reason === ready.reason)) return;
    // A database that worked before and does not answer any more is not on its way.
    const isOutage = ready.reason === 'DatabaseUnreachable' && status.database !== undefined;
    if (ready.status !== 'True' && ON_THE_WAY.has(ready.reason) && !isOutage) return;
    const type = ready.status === 'True' ? 'Normal' : 'Warning';
    this.#dependencies.recorder.event(object, {
      type,
      reason: ready.reason,
      action: 'Reconcile',
      note: ready.message,
    });
  }
}

/** What stands in the way of the object itself: the reason that its refusal has, else that something failed. */
function failureOf(error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error);
  const finding =
    error instanceof ApiError
      ? apiFinding(KIND, { status: error.status, reason: error.reason, message: error.serverMessage })
      : undefined;
  return finding ? { ...finding, stalled: false } : { reason: 'ReconcileFailed', message };
}

/** Troubles that a later visit does not have: lost races, an overloaded or absent API server, the end of this process. */
function isPassing(error: unknown, visit: Visit): boolean {
  if (visit.signal.aborted || error instanceof NotLeaderError || error instanceof TransportError) return true;
  return (
    error instanceof ApiError &&
    (error.isConflict ||
      error.isAlreadyExists ||
      error.isNotFound ||
      error.isServerTrouble ||
      error.isUnauthorized)
  );
}
