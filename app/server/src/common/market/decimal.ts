/** How {@link formatNumber} and {@link formatStored} write a price or an amount. */
export const DECIMAL = String.raw`^\d+\.\d{2,4}$`;

const LEAST_DIGITS = 2;
/** Digits of the stored columns. */
const MOST_DIGITS = 4;
/** Above this a double does not hold four decimals any more; amounts that large are whole cents. */
const COARSE_FROM = 2 ** 53 / 10 ** MOST_DIGITS;

/** `9.5` becomes `9.50`, `9.8125` stays: rounded to four decimals, without trailing zeros but at least two digits. */
export function formatNumber(value: number): string {
  const digits = Math.abs(value) < COARSE_FROM ? MOST_DIGITS : LEAST_DIGITS;
  return formatStored(value.toFixed(digits));
}

/** The same of a numeric column's text, however long: `9.5000` becomes `9.50`. */
export function formatStored(text: string): string {
  const [whole = '0', fraction = ''] = text.split('.');
  return `${whole}.${fraction.replace(/0+$/, '').padEnd(LEAST_DIGITS, '0')}`;
}
