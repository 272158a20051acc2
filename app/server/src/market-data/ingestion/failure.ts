import { SourceError } from '../source-error.ts';
import { RunPaused } from './run.ts';

/** @throws SourceError that names `what` when reading fails */
export async function fromSource<Result>(what: string, reading: Promise<Result>): Promise<Result> {
  try {
    return await reading;
  } catch (error) {
    throw error instanceof SourceError ? error : new SourceError(what, { cause: error });
  }
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
