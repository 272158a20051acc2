import { isOfDatabase } from '../../common/database-absence.ts';
import { SourceError } from '../source-error.ts';
import { RunPaused } from './run.ts';

/** Of a run that has met a resting source without having seen why; when it goes on stands beside it. */
export const RESTING = 'the source rests after failures, and the load waits for it';

/**
 * @throws SourceError that names `what` when reading fails; what our own database said on the way, as what was asked of a
 * source is written down, ends the attempt of the run, and is no answer of the source
 */
export async function fromSource<Result>(what: string, reading: Promise<Result>): Promise<Result> {
  try {
    return await reading;
  } catch (error) {
    throw error instanceof SourceError || isOfDatabase(error)
      ? error
      : new SourceError(what, { cause: error });
  }
}

/** Asking again never helps: the source has no such data. */
export function isForGood(error: unknown): boolean {
  return error instanceof SourceError && error.failure === 'not_offered';
}

/** What readers of the API are told of a failed load: never a path, an address or a statement; those are in the log. */
export function publicReason(error: unknown): string {
  const what =
    error instanceof SourceError
      ? error.message
      : error instanceof RunPaused
        ? 'the source has refused every call for hours'
        : 'what was read could not be stored';
  return `${what}; the worker's log has the details under the id of this load`;
}
