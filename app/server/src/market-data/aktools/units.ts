import type { SymbolKind } from '../../common/market/symbol.ts';
import { swappedUnits } from '../checks/units.ts';
import type { Bar } from '../provider.ts';
import { violated } from './rows.ts';

/**
 * Whether a whole answer is in the units that the contract states.
 * @throws SourceError `swapped_units`: nothing of such an answer is believed, not even to be held for a person
 */
export function checkUnits(bars: readonly Bar[], kind: SymbolKind): void {
  const verdict = swappedUnits(bars, { kind });
  if (verdict !== undefined) throw violated('swapped_units', verdict.detail);
}
