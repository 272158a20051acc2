const DIGITS = /^[0-9]+$/;

/**
 * Whether `seen` is at least `wanted`, both of one resource type. They are compared as integers of any size where both
 * are digits (Kubernetes promises that since 1.35); otherwise only equality says anything.
 */
export function hasReached(seen: string | undefined, wanted: string): boolean {
  if (seen === undefined) return false;
  if (seen === wanted) return true;
  return DIGITS.test(seen) && DIGITS.test(wanted) && BigInt(seen) >= BigInt(wanted);
}

/** Whether `version` is certainly older than `than`: never where one of them is no number. */
export function isOlder(version: string, than: string): boolean {
  return DIGITS.test(version) && DIGITS.test(than) && BigInt(version) < BigInt(than);
}
