/** Nothing but a new event helps: not retried, counted as an error. */
export class TerminalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TerminalError';
  }
}

/** This process does not hold the lease (any more); the write that was about to happen must not. */
export class NotLeaderError extends Error {
  constructor(message = 'this process does not hold the leader lease: nothing is written') {
    super(message);
    this.name = 'NotLeaderError';
  }
}
