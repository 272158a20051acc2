/** Why there is no answer. With the first three nothing of the request has left this process. */
export type OutboundFailure =
  /** The destination may not be asked, or not like this. */
  | 'refused'
  /** Its name has no address. */
  | 'unresolvable'
  /** No connection, no trusted certificate, or the connection broke. */
  | 'unreachable'
  /** It said nothing for too long. */
  | 'timeout'
  /** The body had begun and had not ended at the deadline. */
  | 'endless'
  | 'too-large'
  /** A body in an encoding that cannot be undone. */
  | 'undecodable'
  | 'too-many-redirects';

/**
 * No answer from outside. The message is for whoever chose the destination: it names the host and never an address that a
 * name has inside of the network, a path, a query or a header. What the network said is the cause, for the log.
 */
export class OutboundError extends Error {
  readonly failure: OutboundFailure;

  constructor(failure: OutboundFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'OutboundError';
    this.failure = failure;
  }
}
