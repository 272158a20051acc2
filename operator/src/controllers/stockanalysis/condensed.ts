import { LABEL, canonicalJson, contentHash, type Component } from '../../naming/index.ts';
import { isRecord } from '../../kube/index.ts';

const BULKY: Component = 'monitoring';
const MARK = 'condensed:';

/** A text says what it condenses; one that is condensed already stays as it is. */
function condense(value: unknown): string {
  return typeof value === 'string' && value.startsWith(MARK)
    ? value
    : MARK + contentHash(canonicalJson(value));
}

/** A group as far as its rules are concerned: what else stands in it may be somebody else's. */
const withoutRules = (group: unknown): unknown =>
  isRecord(group) && group['rules'] !== undefined ? { ...group, rules: condense(group['rules']) } : group;

/**
 * An object with a hash in place of what is long in it: rules and dashboards have some hundred kilobytes for each object,
 * which nobody reads and the cache would keep. Applied to what is wanted and to what is there, they compare as before.
 */
export function condensed<T extends object>(object: T): T {
  if (!isBulky(object)) return object;
  const { data, spec } = object as { readonly data?: unknown; readonly spec?: unknown };
  const groups = isRecord(spec) && Array.isArray(spec['groups']) ? spec['groups'] : undefined;
  return {
    ...object,
    ...(isRecord(data)
      ? { data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, condense(value)])) }
      : {}),
    ...(groups ? { spec: { ...(spec as object), groups: groups.map(withoutRules) } } : {}),
  };
}

function isBulky(object: object): boolean {
  const metadata = 'metadata' in object ? object.metadata : undefined;
  const labels = isRecord(metadata) ? metadata['labels'] : undefined;
  return isRecord(labels) && labels[LABEL.component] === BULKY;
}
