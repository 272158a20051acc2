import type { Sql } from '../../database/sql.ts';
import { computeFactors } from '../adjustment/factors.ts';
import { readFactorsKnown } from './known-factors.ts';
import { closesForFactors, readCorporateActions, storeFactors, type SymbolKey } from './reference.ts';

/**
 * Computes the factors of a symbol anew from its stored actions and bars. The caller holds the symbol's lock.
 * @throws CorporateActionError when the terms do not fit the prices
 */
export async function recomputeFactors(sql: Sql, key: SymbolKey): Promise<void> {
  const known = await readFactorsKnown(sql, key);
  if (known === undefined) {
    await storeFactors(sql, key, []);
    return;
  }
  const history = {
    completeFrom: known.from,
    completeUntil: known.until,
    actions: await readCorporateActions(sql, key),
  };
  const { steps } = computeFactors(history, await closesForFactors(sql, key));
  await storeFactors(sql, key, steps);
}
