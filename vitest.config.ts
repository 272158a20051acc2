import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Tiers are projects: `unit` (seconds, beside the code), `app-db` (the app on a real embedded PostgreSQL),
// `start`, `entrypoint` and `measured` (programs as they are shipped), `browser` (the application alone, in Chromium), `alerts`
// (rules before promtool and Alertmanager), `aktools` (our client before the real AKTools), `apiserver` (real
// kube-apiserver, etcd, controller-manager), `cluster` (the local cluster, killed half-way) and `e2e` (local cluster and
// Chromium).
/** Programs as they are shipped, with signals: they wait for seconds on end, so they are no part of the fast tests. */
const PROCESSES = '**/*.process.test.ts';
/** What measures how soon it answers, or takes whoever does not answer within half a second for gone: nothing else runs beside it. */
const MEASURED = '**/{logins,database-voice}.process.test.ts';
/** Nest's own logger; the application has another one, which tests ask for what it wrote. */
const QUIET = fileURLToPath(new URL('app/server/src/testing/quiet-logger.ts', import.meta.url));
/** The server as it is shipped. */
const COMPILED = fileURLToPath(new URL('app/server/src/testing/compiled-server.ts', import.meta.url));
/** On two cores Vitest takes one worker; many of our tests wait for a database, a socket or a process. */
const FAST = { maxWorkers: 3 };
/**
 * Programs and pages wait for seconds on end, but they start slowly where everything else works beside them: they run
 * after the fast ones. Projects with another number of workers must be a group of their own.
 */
const PROGRAMS = { maxWorkers: 4, sequence: { groupOrder: 1 } };
/** After all others. */
const ALONE = { maxWorkers: 1, sequence: { groupOrder: 2 } };

/**
 * What takes longest begins, and in `e2e` what only looks at the platform, so that it has been left alone for a while when
 * that is asked for. The audit log is judged when everything else has written into it.
 */
const BEGINNING =
  /\/test\/(fault|transitions|browser)\/|\/database-(?:down|read-only)\.process\.test\.ts$|\/apiserver\/create\.test\.ts$|\/e2e\/(page|accounts|api)\.test\.ts$/;
const NEXT = /\/e2e\/platform\.test\.ts$/;
const END = /\/e2e\/rights\.test\.ts$/;
const ORDER = [BEGINNING, NEXT, END];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const [beginning = [], next = [], end = []] = ORDER.map((which) =>
      sorted.filter(({ moduleId }) => which.test(moduleId)),
    );
    const rest = sorted.filter(({ moduleId }) => !ORDER.some((which) => which.test(moduleId)));
    return [...beginning, ...next, ...rest, ...end];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          // A test of the page reads its colours; by default every style sheet is empty here.
          css: true,
          // Some start a program or load a large library; on a busy machine the default of 5 s measures the machine.
          testTimeout: 20_000,
          ...FAST,
          include: [
            'operator/src/**/*.test.ts',
            'hack/**/*.test.ts',
            'app/web/src/**/*.test.{ts,tsx}',
            'test/**/*.unit.test.ts',
          ],
          exclude: [...configDefaults.exclude, PROCESSES],
        },
      },
      {
        root: 'app/server',
        test: {
          name: 'app',
          ...FAST,
          setupFiles: [QUIET],
          include: ['src/**/*.test.ts'],
          exclude: ['src/**/*.db.test.ts', PROCESSES],
        },
      },
      {
        test: {
          name: 'start',
          ...PROGRAMS,
          include: ['hack/**/*.process.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        root: 'app/server',
        test: {
          name: 'entrypoint',
          ...PROGRAMS,
          include: ['src/**/*.process.test.ts'],
          exclude: [...configDefaults.exclude, MEASURED],
          globalSetup: ['../../test/app-db/global-setup.ts', COMPILED],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        root: 'app/server',
        test: {
          name: 'measured',
          ...ALONE,
          include: [`src/${MEASURED}`],
          globalSetup: ['../../test/app-db/global-setup.ts', COMPILED],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        root: 'app/server',
        test: {
          name: 'app-db',
          ...FAST,
          setupFiles: [QUIET],
          include: ['src/**/*.db.test.ts'],
          globalSetup: ['../../test/app-db/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // The default of a second measures the machine: others make databases, and write, meanwhile.
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        test: {
          name: 'browser',
          ...PROGRAMS,
          // Pages of the application alone, in Chromium, without a cluster.
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/browser/global-setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'alerts',
          // Rules as Prometheus reads them: promtool of Debian's package, which is installed when it is not there.
          include: ['test/alerts/**/*.test.ts'],
          globalSetup: ['test/alerts/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'aktools',
          // The real AKTools; installs it when it is not there.
          include: ['test/aktools/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'apiserver',
          // Six files wait more than they work: in one worker the long quiet windows would add up.
          maxWorkers: 6,
          include: ['test/{apiserver,manifests,fault,transitions}/**/*.test.ts'],
          exclude: [...configDefaults.exclude, '**/*.unit.test.ts'],
          globalSetup: ['test/apiserver/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'fault',
          // Its two parts side by side.
          maxWorkers: 2,
          include: ['test/fault/**/*.test.ts'],
          globalSetup: ['test/apiserver/global-setup.ts'],
        },
      },
      {
        test: {
          name: 'transitions',
          include: ['test/transitions/**/*.test.ts'],
          globalSetup: ['test/apiserver/global-setup.ts'],
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          globalSetup: ['test/cluster/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
