const LEAST_DIGITS = 2;

/** `9.5000` of a numeric column becomes `9.50`: trailing zeros go, at least two digits stay. */
export function formatDecimal(text: string): string {
  const [whole = '0', fraction = ''] = text.split('.');
  return `${whole}.${fraction.replace(/0+$/, '').padEnd(LEAST_DIGITS, '0')}`;
}
