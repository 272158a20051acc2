import type { ComponentStatus } from '../../health/component.ts';

/** What a worker sees of what is told without the database. */
export interface Seen {
  readonly database: ComponentStatus;
  /** Whether it judges rules. Up where the database is down: that alone is told then. */
  readonly engine: ComponentStatus;
}

/** Pure. */
export function isWell({ database, engine }: Seen): boolean {
  return database === 'up' && engine === 'up';
}
