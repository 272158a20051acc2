import type { ConditionOf } from '../rules/definition.ts';
import type { Observation } from './observation.ts';

/** What is known of a part of the platform. */
export interface ComponentView {
  readonly component: string;
  readonly status: 'up' | 'degraded' | 'down';
  /** Why it is not up. */
  readonly message?: string | undefined;
  /** False: what was known is too old to say anything. */
  readonly isCurrent: boolean;
}

export function observeComponents(
  { component, except, from }: ConditionOf<'component'>,
  components: readonly ComponentView[],
): Observation[] {
  const beyond: readonly string[] = from === 'down' ? ['down'] : ['degraded', 'down'];
  return components
    .filter((one) => (component === '*' ? !except.includes(one.component) : one.component === component))
    .map(({ component: name, status, message, isCurrent }) => ({
      labels: { component: name },
      state: !isCurrent ? 'unknown' : beyond.includes(status) ? 'breached' : 'clear',
      detail: message ?? status,
    }));
}
