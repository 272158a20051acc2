import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { monitoring } from './monitoring-schema.ts';
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
  const inside = Object.entries(schema.properties ?? {});
  if (inside.length > 0) return inside.flatMap(([name, inner]) => leavesOf(inner, [...path, name]));
  const { enum: words = [], minimum, maximum, maxItems, default: fallback } = schema;
  const numbers = [minimum, maximum, maxItems].filter((bound) => bound !== undefined);
  const given = Array.isArray(fallback) || fallback === undefined ? [] : [fallback];
  return [[path.join('.'), [...words, ...numbers, ...given].map(String)]];
}

/** The keys that a section of the page lists, each with its row; rows of one kind of value list several. */
function rowsOf(name: string): Map<string, string> {
  const [, section = ''] = PAGE.split(`\n## ${name}\n`);
  return new Map(
    (section.split('\n## ')[0] ?? '').split('\n').flatMap((line): [string, string][] => {
      const [, cell = ''] = /^\| ([^|]*) \|/.exec(line) ?? [];
      return [...cell.matchAll(/`([\w.]+)`/g)].map(([, key = '']) => [key, line]);
    }),
  );
}

it.each(Object.entries({ security, monitoring }))(
  'lists every key of %s with its words, bounds and default, and no other',
  (name, section) => {
    const leaves = leavesOf(z.toJSONSchema(section, { io: 'input' }) as Schema, []);
    const rows = rowsOf(name);
    expect([...rows.keys()].toSorted()).toEqual(leaves.map(([path]) => path).toSorted());
    for (const [path, said] of leaves)
      for (const word of said) {
        const row = rows.get(path) ?? '';
        expect(row.split(/[\s`,|;]+/), `${path}: ${word}`).toEqual(expect.arrayContaining(word.split(' ')));
      }
  },
);
