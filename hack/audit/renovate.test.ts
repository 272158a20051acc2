// Renovate itself runs elsewhere. What can go wrong here is a rule for something that is not there any more, or that looks past it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { packageName } from '../images/lockfile.ts';
import { listFiles } from '../images/staging.ts';
import { ROOT } from '../lib/paths.ts';
import { readLockfile } from './lockfile.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const configuration = z
  .object({
    rangeStrategy: z.literal('pin'),
    customManagers: z.array(
      z.object({
        managerFilePatterns: z.array(z.string().regex(/^\/.*\/$/)),
        matchStrings: z.array(z.string()),
        depNameTemplate: z.string().optional(),
      }),
    ),
    packageRules: z.array(
      z.object({
        matchPackageNames: z.array(z.string()).default([]),
        matchFileNames: z.array(z.string()).default([]),
        matchDepTypes: z.array(z.string()).default([]),
        enabled: z.boolean().optional(),
      }),
    ),
  })
  .parse(JSON.parse(read('renovate.json')));

const files = listFiles(join(ROOT, 'hack'), (name) => name === 'node_modules').map((file) => `hack/${file}`);
const modules = files.filter((file) => file.endsWith('/go.mod'));

/** Names of what is pinned anywhere: npm, Go, PyPI, base images. */
const pinned = new Set([
  ...Object.keys(readLockfile(ROOT).packages).map(packageName),
  ...modules.flatMap((file) =>
    [...read(file).matchAll(/^\t?(?:require )?(\S+) v\S+/gm)].map(([, name = '']) => name),
  ),
  ...files
    .filter((file) => /requirements[^/]*\.txt$/.test(file))
    .flatMap((file) => [...read(file).matchAll(/^([\w.-]+)==/gm)].map(([, name = '']) => name)),
  'debian',
  'node',
  'localhost/stock-analysis/app',
]);

/** The globs that are used here: a name, or a prefix before two stars. */
const matches = (pattern: string, name: string): boolean =>
  pattern.endsWith('**') ? name.startsWith(pattern.slice(0, -2)) : name === pattern;

describe('renovate.json', () => {
  const versionsIn = (position: number): string[] => {
    const { managerFilePatterns, matchStrings } = configuration.customManagers[position] ?? {};
    const patterns = (managerFilePatterns ?? []).map((text) => new RegExp(text.slice(1, -1)));
    const found = files.filter((file) => patterns.some((pattern) => pattern.test(file)));
    return found.flatMap((file) =>
      (matchStrings ?? []).flatMap((text) =>
        [...read(file).matchAll(new RegExp(text, 'g'))].map(
          ({ groups }) => `${groups?.['depName'] ?? ''}:${groups?.['currentValue'] ?? ''}`,
        ),
      ),
    );
  };

  it('finds the version of Kubernetes in the code, the one of go.mod', () => {
    const version = /k8s\.io\/kubernetes (v\S+)/.exec(read('hack/cluster/go/kubernetes/go.mod'))?.[1];
    expect(versionsIn(0)).toEqual([`:${version}`]);
  });

  it('finds the base images in the code, those of the Containerfiles', () => {
    const bases = files
      .filter((file) => file.endsWith('Containerfile'))
      .flatMap((file) => /^ARG BASE_IMAGE=(\S+)/m.exec(read(file))?.[1] ?? []);
    expect(versionsIn(1).sort()).toEqual([...new Set(bases)].sort());
  });

  it('has no rule for a package or a folder that is not there', () => {
    const patterns = configuration.packageRules.flatMap((rule) => rule.matchPackageNames);
    expect(patterns.filter((pattern) => ![...pinned].some((name) => matches(pattern, name)))).toEqual([]);
    const folders = configuration.packageRules.flatMap((rule) => rule.matchFileNames);
    expect(folders.filter((pattern) => !files.some((file) => matches(pattern, file)))).toEqual([]);
  });

  it('raises every Go program that is built here', () => {
    const raised = configuration.packageRules.find((rule) => rule.matchDepTypes.includes('indirect'));
    const tools = modules.flatMap((file) => {
      const text = read(file);
      const block = /^tool \(\n([^)]*)\)/m.exec(text)?.[1] ?? /^tool (\S+)$/m.exec(text)?.[1] ?? '';
      return block
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
    });
    expect(raised?.enabled).toBe(true);
    expect(tools.length).toBeGreaterThan(9);
    const isRaised = (tool: string): boolean =>
      raised?.matchPackageNames.some((name) => tool === name || tool.startsWith(`${name}/`)) === true;
    expect(tools.filter((tool) => !isRaised(tool))).toEqual([]);
  });
});
