/** Levels from the one that tells most; `silent`, which tells nothing at all, is no level to run at. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
