import { BY_OBJECT } from '../promql.ts';
import type { RuleContext } from './context.ts';

/**
 * Components as processes see them, `exported_component`: the label of the process yields to that of its target (server or
 * worker), and Prometheus keeps it under this name.
 */
export const health = ({ series }: RuleContext, components: string, matchers = {}): string =>
  series('stock_analysis_component_health', { ...matchers, exported_component: components });

/** Whether any process of the application reaches the database: 1, or 0; no series where none says anything. */
export const bestReach = (context: RuleContext): string =>
  `max ${BY_OBJECT} (${health(context, 'database')})`;

/**
 * Of this very object a schema was migrated once, so its database has worked. One that was made anew under the name of
 * another, which Prometheus still remembers, has none at first.
 */
export const hasSchema = ({ series }: RuleContext): string =>
  `max ${BY_OBJECT} (${series('stock_analysis_object_info', { schema: '!=' })}) == 1`;

/** The operator tells that there is no schema: what serves people is still to come. */
export const hasNoSchemaYet = ({ series }: RuleContext): string =>
  `max ${BY_OBJECT} (${series('stock_analysis_object_info', { schema: '' })}) == 1`;

/** The object was suspended within that time, so its parts may still be on their way. */
export const wasSuspended = ({ series }: RuleContext, within: string): string =>
  `max ${BY_OBJECT} (max_over_time(${series('stock_analysis_object_condition', { type: 'Suspended', status: 'True' })}[${within}])) == 1`;
