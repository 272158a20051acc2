import type { CorporateAction } from '../provider.ts';

/** Terms that no exchange could have announced. The message names date and term. */
export class CorporateActionError extends Error {
  override readonly name = 'CorporateActionError';
}

const DECIMAL = /^(\d{1,9})(?:\.(\d{1,10}))?$/;
const SCALE_DIGITS = 10;
const SCALE = 10n ** BigInt(SCALE_DIGITS);
const CENT = SCALE / 100n;

/**
 * A number as the decimal that it was written as, in units of 1e-10; undefined for what is negative or no such decimal.
 * Half up cannot be decided in binary, where 1.005 x 100 is 100.49999999999999.
 */
function scaled(value: number): bigint | undefined {
  const match = DECIMAL.exec(String(value));
  return match === null ? undefined : BigInt(`${match[1]}${(match[2] ?? '').padEnd(SCALE_DIGITS, '0')}`);
}

interface Exact {
  /** New shares per share held, those paid for included. */
  readonly shares: bigint;
  readonly rightsValue: bigint;
  readonly cash: bigint;
}

/** In units of 1e-10, `rightsValue` in those of 1e-20. */
function exactTerms(action: CorporateAction): Exact {
  const read = (name: string, value: number): bigint => {
    const exact = scaled(value);
    if (exact !== undefined) return exact;
    throw new CorporateActionError(
      `${name} of ex-date ${action.exDate} is ${value}, not a decimal of 0 or more`,
    );
  };
  const rights = read('rightsPerShare', action.rightsPerShare);
  const rightsPrice = read('rightsPrice', action.rightsPrice ?? 0);
  if (rights > 0n && rightsPrice === 0n)
    throw new CorporateActionError(`the rights issue of ex-date ${action.exDate} has no price`);
  return {
    cash: read('cashPerShare', action.cashPerShare),
    shares:
      read('bonusPerShare', action.bonusPerShare) +
      read('conversionPerShare', action.conversionPerShare) +
      rights,
    rightsValue: rights * rightsPrice,
  };
}

function cents(action: CorporateAction, price: number): bigint {
  const whole = Math.round(price * 100);
  if (Number.isSafeInteger(whole) && whole > 0 && Math.abs(price * 100 - whole) < 1e-6) return BigInt(whole);
  throw new CorporateActionError(
    `the close before ex-date ${action.exDate} is ${price}, not a positive price in whole cents`,
  );
}

/** Half up, of a positive quotient. */
const quotient = (numerator: bigint, denominator: bigint): bigint =>
  (2n * numerator + denominator) / (2n * denominator);

/**
 * The price that the exchange publishes as previous close of the ex-date, from which the day's change and its limits
 * are counted, in yuan:
 *
 *     (previous close - cash + rights price x rights) / (1 + bonus + conversion + rights), half up to 0.01
 *
 * Source: trading rules of the Shanghai and Shenzhen exchanges, section on 除权除息.
 * @param previousClose close before the ex-date in yuan, in whole cents
 * @throws CorporateActionError when the terms are no decimals or leave nothing of the price
 */
export function exRightsReference(previousClose: number, action: CorporateAction): number {
  const { cash, shares, rightsValue } = exactTerms(action);
  const value = (cents(action, previousClose) * CENT - cash) * SCALE + rightsValue;
  const reference = value > 0n ? quotient(value, (SCALE + shares) * CENT) : 0n;
  if (reference > 0n) return Number(reference) / 100;
  throw new CorporateActionError(
    `ex-date ${action.exDate} pays ${action.cashPerShare} per share, which leaves nothing of the close ${previousClose}`,
  );
}

/**
 * By how much one share became more shares, for volumes: 1.5 after 5 for 10. Of a rights issue only the part counts
 * that was given away below the price; the rest brought its own money. Cash leaves volumes alone.
 */
export function shareRatio(previousClose: number, action: CorporateAction): number {
  const { shares, rightsValue } = exactTerms(action);
  const close = Number(cents(action, previousClose)) / 100;
  const added = 1 + Number(shares) / Number(SCALE);
  return (close * added) / (close + Number(rightsValue) / Number(SCALE * SCALE));
}
