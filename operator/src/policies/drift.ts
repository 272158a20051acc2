import { parseQuantity } from '../api/index.ts';

/** Members whose texts are quantities: "1000m" and "1" are equal there. */
const QUANTITY_PARENTS: ReadonlySet<string> = new Set(['requests', 'limits']);

/** Keys by which the API server merges lists of objects; the first one that all desired items carry, each with a value of its own, is used. */
const MERGE_KEYS = ['name', 'mountPath', 'uid', 'topologyKey', 'containerPort', 'port'] as const;

/**
 * Path of the first field that we want and the live object does not have, undefined where it has them all. What
 * others added (defaults, injected containers, annotations) is not ours to judge (P8).
 */
export function firstDrift(desired: unknown, live: unknown, path = '', parent = ''): string | undefined {
  if (desired === undefined) return undefined;
  if (Array.isArray(desired)) return listDrift(desired, live, path);
  if (isRecord(desired)) return recordDrift(desired, live, path);
  return equalScalars(desired, live, parent) ? undefined : path;
}

function recordDrift(desired: Record<string, unknown>, live: unknown, path: string): string | undefined {
  // An empty object stands for "all defaults"; the API server may store it as absent.
  if (!isRecord(live)) return Object.keys(desired).length === 0 && live === undefined ? undefined : path;
  const parent = path.slice(path.lastIndexOf('.') + 1);
  for (const [key, value] of Object.entries(desired)) {
    const drift = firstDrift(value, live[key], `${path}.${key}`, parent);
    if (drift !== undefined) return drift;
  }
  return undefined;
}

function listDrift(desired: readonly unknown[], live: unknown, path: string): string | undefined {
  if (!Array.isArray(live)) return desired.length === 0 && live === undefined ? undefined : path;
  const key = mergeKey(desired);
  if (key === undefined && live.length !== desired.length) return path;
  for (const [index, item] of desired.entries()) {
    const counterpart: unknown =
      key === undefined
        ? live[index]
        : live.find((other) => isRecord(other) && isRecord(item) && other[key] === item[key]);
    const drift = firstDrift(item, counterpart, `${path}[${index}]`);
    if (drift !== undefined) return drift;
  }
  return undefined;
}

function mergeKey(items: readonly unknown[]): string | undefined {
  if (items.length === 0) return undefined;
  return MERGE_KEYS.find((key) => {
    const values = items.map((item) => (isRecord(item) ? item[key] : undefined));
    // One port may be there for two protocols.
    return !values.includes(undefined) && new Set(values).size === values.length;
  });
}

function equalScalars(desired: unknown, live: unknown, parent: string): boolean {
  if (desired === live) return true;
  if (!QUANTITY_PARENTS.has(parent) || typeof desired !== 'string' || typeof live !== 'string') return false;
  const value = parseQuantity(desired);
  const stored = parseQuantity(live);
  // The API server rounds what is finer than a thousandth up.
  return value !== undefined && stored !== undefined && (value === stored || inThousandths(value) === stored);
}

const inThousandths = (value: number): number => Math.ceil(value * 1000) / 1000;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
