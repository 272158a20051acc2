/** The one entry point of the image: `entrypoint.js server|worker|migrate|audit-verify|audit-prune`. */
import { ConfigurationError, messageOf } from './common/configuration/errors.ts';
import { lastWords } from './common/last-words.ts';
import { protectOutput } from './common/redaction/output.ts';
import { exitOnEarlySignals } from './early-signals.ts';

exitOnEarlySignals();
protectOutput();

type Run = (environment: NodeJS.ProcessEnv, args: readonly string[]) => Promise<void>;

// Each role loads only what it needs.
const roles = new Map<string | undefined, Run>([
  ['server', async (environment) => (await import('./main.ts')).runServer(environment)],
  ['worker', async (environment) => (await import('./worker.ts')).runWorker(environment)],
  ['migrate', async (environment) => (await import('./migrate.ts')).runMigrate(environment)],
  ['audit-verify', async (...given) => (await import('./audit-verify.ts')).runAuditVerify(...given)],
  ['audit-prune', async (...given) => (await import('./audit-prune.ts')).runAuditPrune(...given)],
]);
/** They write a log; the others are for people at a terminal. */
const WITH_LOG: ReadonlySet<string | undefined> = new Set(['server', 'worker']);
/** The others have no arguments. */
const WITH_ARGUMENTS: ReadonlySet<string | undefined> = new Set(['audit-verify', 'audit-prune']);

const [role, ...args] = process.argv.slice(2);
const run = args.length === 0 || WITH_ARGUMENTS.has(role) ? roles.get(role) : undefined;

if (run === undefined) {
  console.error(`usage: entrypoint ${[...roles.keys()].join('|')}`);
  process.exitCode = 2;
} else {
  run(process.env, args).catch(async (error: unknown) => {
    const explained = error instanceof ConfigurationError ? error.message : messageOf(error);
    console.error(`${role} failed: ${explained}`);
    if (!(error instanceof ConfigurationError) && error instanceof Error) console.error(error.stack);
    if (role !== undefined && WITH_LOG.has(role) && !(await lastWords(error)))
      (await import('./common/logging/last-line.ts')).writeEarlyLine(role, error);
    process.exit(1);
  });
}
