import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A test that ran, or that was to run. */
export interface RanTest {
  /** Below the root of the repository. */
  readonly file: string;
  /** Groups from the outermost to the innermost, and the test's own title. */
  readonly titles: readonly string[];
  /** Of Vitest: passed, failed, skipped, pending, todo. */
  readonly status: string;
}

export interface Results {
  readonly tests: readonly RanTest[];
  /** Static checks by name: whether they passed. */
  readonly checks: ReadonlyMap<string, boolean>;
}

/** The file in which the test runner writes down its static checks: name → whether it passed. */
export const CHECKS_FILE = 'checks.json';

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

/** What the run that is going on has written so far: one report of Vitest for each suite, and the checks. */
export function readResults(folder: string, root: string): Results {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const checks = names.includes(CHECKS_FILE) ? (read(CHECKS_FILE) as Record<string, boolean>) : {};
  const reports = names.filter((name) => name !== CHECKS_FILE).map((name) => read(name) as Report);
  const tests = reports
    .flatMap(({ testResults }) => testResults)
    .flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ ancestorTitles, title, status }) => ({
        file: relative(root, name),
        titles: [...ancestorTitles, title],
        status,
      })),
    );
  return { tests, checks: new Map(Object.entries(checks)) };
}
