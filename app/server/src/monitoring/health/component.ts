/** The parts that the platform consists of, or depends on. */
export const COMPONENTS = [
  'database',
  'schema',
  'api',
  'market-data',
  'ai',
  'mail',
  'webhook',
  'job-queue',
  'disk',
  'database-volume',
  'memory',
  'event-loop',
  'alerts',
  'backups',
  'certificates',
] as const;
export type ComponentName = (typeof COMPONENTS)[number];

/** From good to bad. */
export const STATUSES = ['up', 'degraded', 'down'] as const;
export type ComponentStatus = (typeof STATUSES)[number];

/** Without these nothing is answered; everything else only ever degrades. */
export const ESSENTIAL: ReadonlySet<ComponentName> = new Set<ComponentName>(['database', 'schema', 'api']);

/** Every platform has them, so that silence about one is trouble; the others may not be configured. */
export const ALWAYS_THERE: readonly ComponentName[] = [
  'database',
  'schema',
  'api',
  'market-data',
  'job-queue',
  'disk',
  'memory',
  'event-loop',
  'alerts',
];

/** What a check found. */
export interface Finding {
  readonly status: ComponentStatus;
  /** What is wrong and what to do about it, for operators: may name hosts. Empty when all is well. */
  readonly message?: string;
  /** Figures, for operators; names with their unit, as `availableBytes`. */
  readonly details?: Details;
}

export type Details = Readonly<Record<string, string | number | boolean | null>>;

/** Looks after one component, from within one process. */
export interface ComponentCheck {
  readonly component: ComponentName;
  /** Time between two looks; they happen in the background, whoever asks or not. Default 15 s. */
  readonly intervalMs?: number;
  /** How long one look may take before it counts as failed. Default 5 s. */
  readonly timeoutMs?: number;
  /** False: so far there is nothing to look after, and the component is not configured, whatever the check finds. Default: there is. */
  isConfigured?(): boolean;
  /** @throws what stands in the way: the component is down, or degraded where nothing depends on it */
  check(): Finding | Promise<Finding>;
}

/** What one process knows of a component. */
export interface ComponentState {
  readonly component: ComponentName;
  readonly status: ComponentStatus;
  readonly message: string;
  readonly details: Details;
  /** Of the newest look. */
  readonly responseTimeMs: number;
  readonly checkedAt: Date;
  /** When the component was last up; undefined: never, as far as this process knows. */
  readonly lastSuccessAt: Date | undefined;
}

/** What does not carry the platform cannot bring it down. */
export function boundedStatus(component: ComponentName, status: ComponentStatus): ComponentStatus {
  return status === 'down' && !ESSENTIAL.has(component) ? 'degraded' : status;
}

export function worstOf(statuses: readonly ComponentStatus[]): ComponentStatus {
  return STATUSES[Math.max(0, ...statuses.map((status) => STATUSES.indexOf(status)))] ?? 'up';
}
