import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { security } from './security-schema.ts';

const PAGE = readFileSync(new URL('../../../../../docs/configuration.md', import.meta.url), 'utf8');

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
}

/** Every value of the schema: its path and what the page has to say of it. */
function leavesOf(
  schema: Schema,
  path: readonly string[],
): (readonly [path: string, said: readonly string[]])[] {
  if (schema.properties !== undefined)
    return Object.entries(schema.properties).flatMap(([name, inner]) => leavesOf(inner, [...path, name]));
  const { enum: words = [], minimum, maximum, maxItems, default: fallback } = schema;
  const numbers = [minimum, maximum, maxItems].filter((bound) => bound !== undefined);
  const given = Array.isArray(fallback) ? [] : [fallback];
  return [[path.join('.'), [...words, ...numbers, ...given].map(String)]];
}

it('lists every key of security with its words, bounds and default, and no other', () => {
  const leaves = leavesOf(z.toJSONSchema(security, { io: 'input' }) as Schema, []);
  const [, section = ''] = PAGE.split('\n## security\n');
  const rows = new Map(
    (section.split('\n## ')[0] ?? '').split('\n').flatMap((line): [string, string][] => {
      const key = /^\| `([\w.]+)` \|/.exec(line)?.[1];
      return key === undefined ? [] : [[key, line]];
    }),
  );
  expect([...rows.keys()].toSorted()).toEqual(leaves.map(([path]) => path).toSorted());
  for (const [path, said] of leaves)
    for (const word of said) expect(rows.get(path)).toMatch(new RegExp(`\\b${word}\\b`));
});
