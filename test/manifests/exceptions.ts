import { readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Finding } from './finding.ts';

/** Who makes the objects: Helm from the chart, or the operator for a StockAnalysis. */
export type Maker = 'chart' | 'operator';

export const EXCEPTIONS = fileURLToPath(new URL('exceptions.yaml', import.meta.url));

const Exception = z.strictObject({
  /** `SCANNER/ID`, never a pattern: who excepts a gate names it. */
  gate: z.string().regex(/^[a-z-]+\/[\w-]+$/, 'a gate is SCANNER/ID'),
  of: z.enum(['chart', 'operator']),
  /** Patterns of `SET/KIND/NAME`, in which `*` stands for anything but a slash. */
  objects: z.array(z.string().regex(/^[^/]+\/[^/]+\/[^/]+$/, 'a pattern is SET/KIND/NAME')).min(1),
  reason: z.string().min(40, 'a reason says why the gate is wrong here, or what is done instead'),
  /** Of the decision. */
  date: z.iso.date(),
});
export type Exception = z.infer<typeof Exception>;

/**
 * Exceptions of a YAML file.
 * @throws ZodError that names the entry, or Error where a gate is excepted twice for the same objects
 */
export function readExceptions(file: string): readonly Exception[] {
  const exceptions = z.array(Exception).parse(parse(readFileSync(file, 'utf8')));
  const keys = exceptions.flatMap(({ gate, of, objects }) => objects.map((one) => `${gate} ${of} ${one}`));
  const twice = keys.filter((key, index) => keys.indexOf(key) !== index);
  if (twice.length > 0) throw new Error(`${file}: excepted twice: ${twice.join(', ')}`);
  return exceptions;
}

export interface Judgement {
  /** Findings that no exception covers, as text. */
  readonly refused: readonly string[];
  /** Patterns of exceptions that cover nothing any more, as text. */
  readonly unused: readonly string[];
}

const covers = (exception: Exception, pattern: string, { gate, object }: Finding): boolean =>
  exception.gate === gate && matchesGlob(object, pattern);

/** Holds what the scanners found in the objects of one maker against the exceptions for it. */
export function judge(findings: readonly Finding[], maker: Maker, all: readonly Exception[]): Judgement {
  const patterns = all
    .filter(({ of }) => of === maker)
    .flatMap((exception) => exception.objects.map((pattern) => ({ exception, pattern })));
  const refused = findings.filter(
    (finding) => !patterns.some(({ exception, pattern }) => covers(exception, pattern, finding)),
  );
  const unused = patterns.filter(
    ({ exception, pattern }) => !findings.some((finding) => covers(exception, pattern, finding)),
  );
  return {
    refused: refused.map(({ gate, object, says }) => `${gate} ${object}: ${says}`).toSorted(),
    unused: unused.map(({ exception, pattern }) => `${exception.gate} ${pattern}`),
  };
}
