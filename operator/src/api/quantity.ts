/** Kubernetes quantities ("500m", "1Gi", "1e3"), as far as memory, CPU and storage need them. */

/** Accepts what the API server accepts, without sign. */
export const QUANTITY_PATTERN = '^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][0-9]{1,2})?$';

const SUFFIX: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * Value of a quantity in its base unit (bytes, cores), undefined where the text is none. Exact up to 2^53, which is
 * 8 PiB: more than one volume or container of ours.
 */
export function parseQuantity(text: string): number | undefined {
  if (!new RegExp(QUANTITY_PATTERN).test(text)) return undefined;
  const match = /^([0-9.]+)(.*)$/.exec(text);
  const [, digits = '', suffix = ''] = match ?? [];
  if (/^[eE][0-9]/.test(suffix)) return Number(digits + suffix);
  const factor = SUFFIX[suffix];
  return factor === undefined ? undefined : Number(digits) * factor;
}

/** Negative, zero or positive as `a` is smaller, equal or larger; malformed text counts as zero. */
export function compareQuantities(a: string, b: string): number {
  return (parseQuantity(a) ?? 0) - (parseQuantity(b) ?? 0);
}
