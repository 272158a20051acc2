/** Why a source could not be read; also the label of the metric that counts them. */
export type SourceFailure =
  /** No connection, or it broke. */
  | 'unreachable'
  | 'timeout'
  /** Our own budget of calls for that host is used up; nothing was sent, `retryAt` says when it can be. */
  | 'over_budget'
  /** The function rests after failures; nothing was sent, `retryAt` says when one call may try again. */
  | 'resting'
  /** The upstream's own failure: a ban, a time-out behind it, a changed page. */
  | 'upstream_failed'
  /** The function failed for this symbol and answered for another: most probably it has nothing of it. */
  | 'symbol_failed'
  /** The function is not known there, or the source has no such data. */
  | 'not_offered'
  /** A value that must not be sent; nothing was. */
  | 'refused'
  /** An answer that is not what the contract says; `violation` says which way. */
  | 'contract'
  /** Files of the sample. */
  | 'unreadable';

/** The ways in which an answer can break the contract; counted one by one. */
export const CONTRACT_VIOLATIONS = [
  'too_large',
  'endless',
  'not_json',
  'truncated_json',
  'html',
  'unexpected_status',
  'too_deep',
  'duplicate_key',
  'not_an_array',
  'missing_column',
  'wrong_type',
  'wrong_symbol',
  'bad_date',
  'out_of_range',
  'swapped_units',
  'too_few_rows',
] as const;

export type ContractViolation = (typeof CONTRACT_VIOLATIONS)[number];

export interface SourceErrorOptions {
  readonly cause?: unknown;
  readonly failure?: SourceFailure;
  readonly violation?: ContractViolation;
  readonly retryAt?: Date;
}

const until = ({ retryAt }: SourceErrorOptions): string =>
  retryAt === undefined ? 'later' : `at ${retryAt.toISOString()}`;

/** What a reader can make of it; nothing for files, whose trouble the log tells. */
const EXPLANATIONS: Readonly<Record<SourceFailure, (options: SourceErrorOptions) => string>> = {
  unreachable: () => ': its server cannot be reached',
  timeout: () => ': it did not answer in time',
  over_budget: (options) =>
    `: as many calls as it bears were made, the next one is possible ${until(options)}`,
  resting: (options) => `: it failed several times in a row and is tried again ${until(options)}`,
  upstream_failed: () => ': it failed, as it does when it bans a caller or has changed a page',
  symbol_failed: () => ': it failed for this symbol alone, as it does where it has no data',
  not_offered: () => ': it has none',
  refused: () => ': it is nothing that may be asked for',
  contract: ({ violation }) => `: its answer was refused (${violation ?? 'contract'})`,
  unreadable: () => '',
};

/** The source could not be read. The message is for everybody; what the file system or the network said is the cause. */
export class SourceError extends Error {
  readonly failure: SourceFailure;
  readonly violation: ContractViolation | undefined;
  /** When asking again can help; undefined: nobody knows. */
  readonly retryAt: Date | undefined;

  constructor(what: string, options: SourceErrorOptions = {}) {
    const explanation = EXPLANATIONS[options.failure ?? 'unreadable'](options);
    super(`${what} could not be read from the source${explanation}`, { cause: options.cause });
    this.name = 'SourceError';
    this.failure = options.failure ?? 'unreadable';
    this.violation = options.violation;
    this.retryAt = options.retryAt;
  }

  /** The same trouble, where the function is known to be sound. */
  ofSymbol(): SourceError {
    return new SourceError('the answer', { failure: 'symbol_failed', cause: this.cause });
  }

  /** The same trouble, where it is known what was asked for. */
  about(what: string): SourceError {
    const { failure, violation, retryAt, cause } = this;
    return new SourceError(what, {
      failure,
      cause,
      ...(violation === undefined ? {} : { violation }),
      ...(retryAt === undefined ? {} : { retryAt }),
    });
  }
}
