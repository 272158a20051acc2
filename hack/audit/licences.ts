import { SPDX } from '@cyclonedx/cyclonedx-library';
import parse, { type Info } from 'spdx-expression-parse';
import { z } from 'zod';
import { Reason, readData } from './data.ts';
import type { Package } from './packages.ts';

const reasons = z.record(z.string(), Reason);
const wordings = z.strictObject({ reason: Reason, names: z.array(z.string()) });

const Policy = z.strictObject({
  /** Permissive ones that need no word, by SPDX id: allowed everywhere. */
  usual: z.array(z.string()),
  /** Id → why it may be in code that our images hold and that runs with ours. */
  shipped: reasons,
  /** Id → why it may be in what we build and test with. */
  tools: reasons,
  /** Id → why it may be in programs and libraries that stand beside ours in an image, unchanged. */
  beside: reasons,
  /** What packages say instead of an SPDX expression. */
  statements: z.record(z.string(), z.string()),
  /** Packages (`npm/…`, `pypi/…`, `debian/SOURCE`) that say nothing, or too little. */
  packages: z.record(z.string(), z.strictObject({ means: z.string(), reason: Reason })),
  debian: z.strictObject({
    /** Debian's short names that are no SPDX ids → the id. */
    names: z.record(z.string(), z.string()),
    /** Names of permissive texts that have no SPDX id. */
    permissive: wordings,
    /** Names that stand on the texts of licences, and on no program. */
    texts: wordings,
  }),
});
export type Policy = z.infer<typeof Policy>;

/** Where a package is used, which decides what its licence may ask of us. */
export type Use = 'shipped' | 'tools' | 'beside';

export const readPolicy = (folder?: string): Policy => readData('licences.yaml', Policy, folder);

/** What a package's own words come to. */
export interface Reading {
  /** SPDX expressions, all of which hold. */
  readonly expressions: readonly string[];
  /** Names of texts without an SPDX id that the policy allows. */
  readonly named: readonly string[];
  /** Words that mean nothing to the policy. */
  readonly unknown: readonly string[];
}

const GNU = /^(A?GPL|LGPL|GFDL)(-NIV)?(?:-(\d)(?:\.(\d))?)?(\+?)(-no-invariant)?$/;
const OLDEST = { GPL: '1.0', AGPL: '3.0', LGPL: '2.0', GFDL: '1.1' } as const;

/** `GPL-2+` → `GPL-2.0-or-later`; a name without a version means any. */
function gnuId(name: string): string | undefined {
  const [, family, niv, major, minor = '0', plus, noInvariant] = GNU.exec(name) ?? [];
  if (family === undefined) return undefined;
  const oldest = Object.entries(OLDEST).find(([key]) => key === family)?.[1];
  const version = major === undefined ? oldest : `${major}.${minor}`;
  const suffix = plus === '+' || major === undefined ? 'or-later' : 'only';
  return [family, version, ...(niv || noInvariant ? ['no-invariants'] : []), suffix].join('-');
}

/** The names in a `License:` field; an exception only adds to what its licence permits. */
const namesIn = (field: string): string[] =>
  field
    .split(/,\s*|\s+(?:and\/or|and|or)\s+|\s+(?=with\b)/i)
    .map((part) => part.replace(/^(and|or)\s+/i, '').trim())
    .filter((part) => part !== '' && !/^with\b/i.test(part));

function readDebian({ licences }: Package, { debian }: Policy): Reading {
  const withoutId = new Set([...debian.permissive.names, ...debian.texts.names]);
  const ids = new Set<string>();
  const named = new Set<string>();
  const unknown = new Set<string>();
  for (const name of licences.flatMap(namesIn)) {
    const id = debian.names[name] ?? gnuId(name) ?? SPDX.fixupSpdxId(name);
    if (withoutId.has(name)) named.add(name);
    else if (id === undefined) unknown.add(name);
    else ids.add(id);
  }
  return { expressions: [...ids].sort(), named: [...named].sort(), unknown: [...unknown].sort() };
}

function isExpression(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

const keyOf = ({ ecosystem, name, source }: Package): string =>
  ecosystem === 'debian' ? `debian/${source ?? name}` : `${ecosystem}/${name}`;

/** Reads what a package says about its licence; what the policy says about the package goes first. */
export function readLicence(one: Package, policy: Policy): Reading {
  const reviewed = policy.packages[keyOf(one)];
  if (reviewed) return { expressions: [reviewed.means], named: [], unknown: [] };
  if (one.ecosystem === 'debian') return readDebian(one, policy);
  const meanings = one.licences.map((text) => policy.statements[text] ?? text);
  return {
    expressions: meanings.filter(isExpression),
    named: [],
    unknown: meanings.filter((text) => !isExpression(text)),
  };
}

function isAllowed(node: Info, allowed: ReadonlySet<string>): boolean {
  if ('conjunction' in node) {
    const [left, right] = [isAllowed(node.left, allowed), isAllowed(node.right, allowed)];
    return node.conjunction === 'and' ? left && right : left || right;
  }
  // `X+` lets us choose X itself, and an exception only permits more.
  return allowed.has(node.license);
}

/** What is wrong with the licence of a package for its use. */
export function judgeLicence(one: Package, use: Use, policy: Policy): string[] {
  const subject = `${keyOf(one)} ${one.version}`;
  const { expressions, named, unknown } = readLicence(one, policy);
  if (unknown.length > 0)
    return unknown.map(
      (text) => `${subject} says "${text}", which licences.yaml does not know: read its licence`,
    );
  if (expressions.length + named.length === 0)
    return [`${subject} states no licence: read it, and add the package to licences.yaml`];
  const allowed = new Set([...policy.usual, ...Object.keys(policy[use])]);
  return expressions
    .filter((expression) => !isAllowed(parse(expression), allowed))
    .map((expression) => `${subject} is under ${expression}, which licences.yaml does not allow for ${use}`);
}

/** What the policy says about packages and statements that none of the packages uses. */
export function unusedIn(policy: Policy, packages: readonly Package[]): string[] {
  const keys = new Set(packages.map(keyOf));
  const said = new Set(packages.flatMap(({ licences }) => licences));
  return [
    ...Object.keys(policy.packages).filter((key) => !keys.has(key)),
    ...Object.keys(policy.statements).filter((text) => !said.has(text)),
  ].map((one) => `licences.yaml speaks of "${one}", which is not there any more: remove it`);
}
