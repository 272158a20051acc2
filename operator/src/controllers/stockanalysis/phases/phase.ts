import { millisecondsOf, type StockAnalysis, type StockAnalysisStatus } from '../../../api/index.ts';
import {
  preparedSince,
  startFinding,
  type Finding,
  type LiveEvent,
  type LiveMetadata,
  type LiveObject,
  type LivePod,
  type Warning,
} from '../../../policies/index.ts';
import type { Target } from '../../../resources/index.ts';
import type { Children } from '../children.ts';
import { fails, type Verdict } from '../status.ts';
import { coreEvents, type Dependencies, type Visit } from '../types.ts';
import { ChildError } from '../child-errors.ts';
import type { ChildWriter } from '../writer.ts';

/** What every phase of one pass works with. */
export interface Pass {
  readonly object: StockAnalysis;
  readonly target: Target;
  /** Status as it was last written; a step stands here before it is acted upon. */
  readonly status: StockAnalysisStatus;
  readonly children: Children;
  readonly writer: ChildWriter;
  readonly dependencies: Dependencies;
  readonly visit: Visit;
  /** What the phases found that stops nothing. */
  readonly warnings: Warning[];
  /** One line per workload that this operator would restart if it were asked to. */
  readonly pending: string[];
}

/** Result of a phase: its verdict, and its output once later phases may build on it. */
export interface Outcome<T = undefined> {
  readonly verdict: Verdict;
  readonly output?: T;
  /** Visit again after this time, for what no watch reports. */
  readonly requeueAfterMs?: number;
}

/**
 * Runs a phase. A child in the way becomes the verdict of the phase; everything else (a lost race, an overloaded API
 * server) ends the visit and is retried with growing pauses.
 */
export async function runPhase<T>(
  name: string,
  pass: Pass,
  work: (pass: Pass) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  try {
    const outcome = await work(pass);
    pass.visit.log.debug({ phase: name, reason: outcome.verdict.reason }, 'phase done');
    return outcome;
  } catch (error) {
    if (error instanceof ChildError) {
      pass.visit.log.debug(
        { phase: name, reason: error.finding.reason, message: error.message },
        'phase stopped',
      );
      return { verdict: fails(error.finding) };
    }
    throw error;
  }
}

/** What is younger has had no time to get into trouble, or for anybody to say so. */
const GRACE_MS = 5_000;

export function isYoung({ dependencies }: Pass, { creationTimestamp }: LiveMetadata): boolean {
  return dependencies.clock.now() - millisecondsOf(creationTimestamp) < GRACE_MS;
}

/** Warnings about one object, newest version of each; read live and only while something is pending for a while. */
export async function eventsOf(pass: Pass, object: LiveObject): Promise<readonly LiveEvent[]> {
  if (isYoung(pass, object.metadata)) return [];
  const list = await pass.dependencies.client.list(
    coreEvents,
    { namespace: pass.target.namespace, fieldSelector: `involvedObject.uid=${object.metadata.uid}` },
    pass.visit.signal,
  );
  return list.items;
}

/** The finding; where it says no more than that something is on its way, what a node says of its pods. */
export async function explain(pass: Pass, finding: Finding, pods: readonly LivePod[]): Promise<Finding> {
  return finding.reason === 'Progressing' ? ((await startFindingOf(pass, pods)) ?? finding) : finding;
}

/** A node may take so long to prepare a pod: Secrets that it does not know yet and slow disks are no trouble. */
const PREPARATION_MS = 15_000;

/** What a node says of one of these pods that it has not started for a while; read live, one pod at a visit. */
export async function startFindingOf(pass: Pass, pods: readonly LivePod[]): Promise<Finding | undefined> {
  const latest = pass.dependencies.clock.now() - PREPARATION_MS;
  const waiting = pods
    .filter((pod) => (preparedSince(pod) ?? Number.POSITIVE_INFINITY) <= latest)
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))[0];
  return waiting && startFinding(waiting, await eventsOf(pass, waiting));
}
