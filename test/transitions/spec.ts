/** Specs as plain objects: setting a property, and the merge patch that leads from one spec to another. */
import type { Path } from './properties.ts';

export type Spec = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Spec =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isExternal = ({ database }: Spec): boolean =>
  isObject(database) && database['mode'] === 'External';

/** The spec with a property set; an object is merged into what stands there. */
export function withValue(spec: Spec, path: Path, value: unknown): Spec {
  const [head = '', ...rest] = path.split('.');
  const below = spec[head];
  const inside = isObject(below) ? below : {};
  if (rest.length > 0) return { ...spec, [head]: withValue(inside, rest.join('.'), value) };
  return { ...spec, [head]: isObject(value) ? { ...inside, ...value } : value };
}

/** JSON merge patch: what `to` lacks is set to null. */
export function patchBetween(from: Spec, to: Spec): Spec {
  const names = new Set([...Object.keys(from), ...Object.keys(to)]);
  const entries = [...names].flatMap((name): [string, unknown][] => {
    const [before, after] = [from[name], to[name]];
    if (JSON.stringify(before) === JSON.stringify(after)) return [];
    if (after === undefined) return [[name, null]];
    return [[name, isObject(before) && isObject(after) ? patchBetween(before, after) : after]];
  });
  return Object.fromEntries(entries);
}

/** Equal for equal specs, whatever the order of their members. */
export function keyOfSpec(spec: Spec): string {
  const sorted = (value: unknown): unknown =>
    isObject(value)
      ? Object.fromEntries(
          Object.keys(value)
            .toSorted()
            .map((name) => [name, sorted(value[name])]),
        )
      : value;
  return JSON.stringify(sorted(spec));
}
