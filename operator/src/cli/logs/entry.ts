/** Severities in their order. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type Level = (typeof LEVELS)[number];

/** In the order in which they are shown and listed. */
export const LOG_COMPONENTS = ['server', 'worker', 'migrate', 'postgres', 'aktools', 'operator'] as const;
export type LogComponent = (typeof LOG_COMPONENTS)[number];

export interface Origin {
  readonly component: LogComponent;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** One thing that was said, with the lines that belong to it. */
export interface Entry {
  readonly origin: Origin;
  /** Nanoseconds since the epoch, by the clock of the node that the pod runs on. */
  readonly at: bigint;
  readonly text: string;
  /** A stack, the statement behind an error: what followed and begins nothing of its own. */
  readonly more: readonly string[];
  /** Of a line that is a JSON object. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Undefined where nobody can tell. */
  readonly level?: Level;
}
