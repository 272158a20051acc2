/** A value that must stay where it was put. */
export interface Seed {
  /** What it is, for whoever reads a failure. */
  readonly name: string;
  readonly value: string;
  /** Bytes that `value` is the base64 of: they could get out in other forms. */
  readonly isBytes?: boolean;
}

/** A place where everybody may look: a log, an answer, a table. */
export interface Surface {
  readonly name: string;
  readonly text: string;
}

export interface Leak {
  readonly seed: string;
  readonly surface: string;
  readonly form: string;
  /** What stands around it. */
  readonly excerpt: string;
}

/** A shorter one could be there by chance. */
const SHORTEST = 12;
const AROUND = 80;

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

/** The part of base64 that these bytes alone decide, where `before` other bytes stand before them: `user:password`. */
function withinBase64(bytes: Buffer, before: 1 | 2): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  return text.slice(before + 1, -1);
}

/** Written out here a second time: the code under test must not judge itself. */
function formsOf({ value, isBytes = false }: Seed): ReadonlyMap<string, string> {
  const bytes = isBytes ? Buffer.from(value, 'base64') : Buffer.from(value);
  return new Map([
    ['as it is', value],
    ['in JSON', escaped(value)],
    ['in JSON within JSON', escaped(escaped(value))],
    ['in a URL', encodeURIComponent(value)],
    ['in base64', bytes.toString('base64').replace(/=+$/, '')],
    ['within base64, one byte on', withinBase64(bytes, 1)],
    ['within base64, two bytes on', withinBase64(bytes, 2)],
    ['in base64url', bytes.toString('base64url')],
    ['in hex', bytes.toString('hex')],
    ['in HEX', bytes.toString('hex').toUpperCase()],
    ['as numbers', [...bytes].join(',')],
  ]);
}

/** Where any of these values can be read in any of its forms. Throws for a value that could be there by chance. */
export function findLeaks(seeds: readonly Seed[], surfaces: readonly Surface[]): Leak[] {
  return seeds.flatMap((seed) => {
    if (seed.value.length < SHORTEST) throw new Error(`${seed.name}: ${SHORTEST} characters at least`);
    return surfaces.flatMap((surface) => {
      const found = [...formsOf(seed)].find(([, written]) => surface.text.includes(written));
      if (found === undefined) return [];
      const [form, written] = found;
      const at = surface.text.indexOf(written);
      const excerpt = surface.text.slice(Math.max(0, at - AROUND), at + written.length + AROUND);
      return [{ seed: seed.name, surface: surface.name, form, excerpt }];
    });
  });
}
