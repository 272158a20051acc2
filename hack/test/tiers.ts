/** A program that passes or fails as a whole. */
export interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

/** Vitest projects that are counted test by test. */
export interface Suite {
  readonly name: string;
  readonly projects: readonly string[];
}

/** Where a run writes down what became of its tests and checks. */
export const RESULTS = '.state/test-results';

interface Tier {
  readonly checks?: readonly Check[];
  readonly suites?: readonly Suite[];
}

const types = (project: string): Check => ({
  name: `types ${project}`,
  command: ['tsc', '-p', project, '--noEmit'],
});
const sources = ['operator/src', 'app/server/src', 'app/web/src', 'hack', 'test'];

/** Whether what docs/security.md names exists; the last tier asks whether it ran and passed. */
const TRACE = ['node', 'hack/test/trace.ts'] as const;

const FAST = ['unit', 'app', 'app-db'];
const PROCESSES = ['start', 'entrypoint', 'measured'];
const BROWSER = ['browser'];

/** What `make test` runs, in this order; cheap and telling first. */
export const tiers: Readonly<Record<string, Tier>> = {
  static: {
    checks: [
      { name: 'format', command: ['prettier', '--check', '--log-level=warn', '.'] },
      types('tsconfig.json'),
      { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings', '.'] },
      types('app/server/tsconfig.json'),
      types('app/web/tsconfig.json'),
      { name: 'borders', command: ['depcruise', '--config', '.dependency-cruiser.cjs', ...sources] },
      { name: 'SQL texts', command: ['node', 'hack/test/sql-texts.ts'] },
      { name: 'dead code', command: ['knip', '--no-progress'] },
      // What only tests use keeps nothing alive, unless it is marked @internal.
      { name: 'dead code but for tests', command: ['knip', '--no-progress', '--production'] },
      { name: 'generated files', command: ['node', 'hack/generate/main.ts', '--check'] },
      { name: 'trace table', command: TRACE },
    ],
  },
  unit: { suites: [{ name: 'unit', projects: FAST }] },
  processes: { suites: [{ name: 'processes', projects: PROCESSES }] },
  browser: { suites: [{ name: 'browser', projects: BROWSER }] },
  workspaces: { suites: [{ name: 'workspaces', projects: [...FAST, ...PROCESSES, ...BROWSER] }] },
  alerts: { suites: [{ name: 'alerts', projects: ['alerts'] }] },
  aktools: { suites: [{ name: 'aktools', projects: ['aktools'] }] },
  apiserver: { suites: [{ name: 'apiserver', projects: ['apiserver'] }] },
  // The whole matrices; a sample of each is part of `apiserver`.
  fault: { suites: [{ name: 'fault', projects: ['fault'] }] },
  transitions: { suites: [{ name: 'transitions', projects: ['transitions'] }] },
  cluster: { suites: [{ name: 'cluster', projects: ['cluster'] }] },
  e2e: { suites: [{ name: 'e2e', projects: ['e2e'] }] },
  // After all others: it reads what they have written down.
  trace: { checks: [{ name: 'trace', command: [...TRACE, '--results', RESULTS] }] },
};
