import type { ComponentStatus } from '../health/component.ts';
import type { ComponentView } from './conditions/component.ts';
import type { AlertRule } from './rules/definition.ts';

/** Components of which is told without the database: it, and the engine, which may not be able to write either. */
const DIRECT: ReadonlySet<string> = new Set(['database', 'alerts']);

/** Pure: whether a rule must be judged and told without the database. */
export function isDirect({ condition }: Pick<AlertRule, 'condition'>): boolean {
  return condition.kind === 'component' && DIRECT.has(condition.component);
}

interface Views {
  readonly database: ComponentView;
  readonly engine: { readonly status: ComponentStatus; readonly message: string };
  /** Where another worker is, all is well. */
  readonly isAlone: boolean;
}

/**
 * Pure: what direct rules judge. Who alone is in trouble has lost its way to the database, and the platform has not; and
 * that it judges no rules harms nobody, as another one does.
 */
export function directViews({ database, engine, isAlone }: Views): readonly ComponentView[] {
  const judging = { component: 'alerts', isCurrent: true };
  if (!isAlone) return [database, { ...judging, ...engine }];
  const message = `one worker does not reach it, and another one does: ${database.message ?? database.status}`;
  return [
    database.status === 'down' ? { ...database, status: 'degraded', message } : database,
    { ...judging, status: 'up' },
  ];
}
