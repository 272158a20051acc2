import type { Finding } from '../../policies/index.ts';
import { NotLeaderError } from '../../runtime/index.ts';
import type { Visit } from './types.ts';

/** A child that cannot be brought to its desired state now, and why. It stops its phase, not the whole visit. */
export class ChildError extends Error {
  readonly finding: Finding;

  constructor(finding: Finding, options?: ErrorOptions) {
    super(finding.message, options);
    this.name = 'ChildError';
    this.finding = finding;
  }
}

/** The object was deleted, and the cache does not know it yet: what its children lack is the garbage collector's work. */
export class OwnerGoneError extends Error {
  constructor(name: string) {
    super(`StockAnalysis ${name} is gone: nothing is made for it`);
    this.name = 'OwnerGoneError';
  }
}

/** After it nothing may be written any more: the time is up, another process leads, or the object is gone. */
export function endsVisit(error: unknown, { signal }: Visit): boolean {
  return signal.aborted || error instanceof NotLeaderError || error instanceof OwnerGoneError;
}
