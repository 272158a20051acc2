import { constants } from 'node:os';

/** The reason of the signal that `signalHandler` aborts. */
export class StopRequested extends Error {
  constructor(signal: NodeJS.Signals) {
    super(`the process was asked to stop (${signal})`);
    this.name = 'StopRequested';
  }
}

/** Aborts on SIGTERM and SIGINT; the second one exits at once with 128 + the signal's number. */
export function signalHandler(
  source: Pick<NodeJS.Process, 'on'> = process,
  exit: (code: number) => void = (code) => process.exit(code),
): AbortSignal {
  const controller = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) exit(128 + constants.signals[signal]);
    else controller.abort(new StopRequested(signal));
  };
  source.on('SIGTERM', onSignal);
  source.on('SIGINT', onSignal);
  return controller.signal;
}
