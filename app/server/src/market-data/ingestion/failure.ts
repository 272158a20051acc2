/** The source could not be read. The message is for everybody; what the file system or the network said is the cause. */
export class SourceError extends Error {
  constructor(what: string, cause: unknown) {
    super(`${what} could not be read from the source`, { cause });
    this.name = 'SourceError';
  }
}

/** @throws SourceError that names `what` when reading fails */
export async function fromSource<Result>(what: string, reading: Promise<Result>): Promise<Result> {
  try {
    return await reading;
  } catch (error) {
    throw new SourceError(what, error);
  }
}

/** What readers of the API are told of a failed load: never a path, an address or a statement; those are in the log. */
export function publicReason(error: unknown): string {
  const what = error instanceof SourceError ? error.message : 'what was read could not be stored';
  return `${what}; the worker's log has the details under the id of this load`;
}
