import { millisecondsOf, type StockAnalysis, type StockAnalysisStatus } from '../../../api/index.ts';
import type { LiveEvent, LiveObject, Warning } from '../../../policies/index.ts';
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

/** Warnings about one object, newest version of each; read live and only while something is pending for a while. */
export async function eventsOf(pass: Pass, object: LiveObject): Promise<readonly LiveEvent[]> {
  const created = millisecondsOf(object.metadata.creationTimestamp);
  if (pass.dependencies.clock.now() - created < GRACE_MS) return [];
  const list = await pass.dependencies.client.list(
    coreEvents,
    { namespace: pass.target.namespace, fieldSelector: `involvedObject.uid=${object.metadata.uid}` },
    pass.visit.signal,
  );
  return list.items;
}
