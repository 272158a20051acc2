import { isAtLeast, type Principal } from '../common/access.ts';

/** How much somebody is told: one word, the state of each component, or all with texts, hosts and figures. */
export type Detail = 'words' | 'components' | 'full';

/** A key says what it is for: one that is not for monitoring gets what a stranger gets. */
export function detailFor(principal: Principal | undefined): Detail {
  if (principal === undefined) return 'words';
  const isOperator = isAtLeast(principal.role, 'operator');
  if (principal.kind === 'api-key')
    return isOperator && principal.scopes.includes('monitoring:read') ? 'full' : 'words';
  return isOperator ? 'full' : 'components';
}
