/**
 * In a container we are process 1, which the kernel lets ignore every signal that it has no handler for. Starting takes
 * seconds; until there is something to close in order, a signal ends the process at once.
 */
export const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

const leave = (signal: NodeJS.Signals): never => process.exit(signal === 'SIGTERM' ? 143 : 130);

export function exitOnEarlySignals(): void {
  for (const signal of STOP_SIGNALS) process.on(signal, leave);
}

/** From here on the caller's own handlers decide. */
export function endEarlySignals(): void {
  for (const signal of STOP_SIGNALS) process.off(signal, leave);
}
