/** The one entry point of the image: `entrypoint.js server|worker|migrate|audit-verify`. */
import { ConfigurationError, messageOf } from './common/configuration/errors.ts';
import { protectOutput } from './common/redaction/output.ts';
import { exitOnEarlySignals } from './early-signals.ts';

exitOnEarlySignals();
protectOutput();

/** The only one with arguments of its own. */
const AUDIT_VERIFY = 'audit-verify';

type Run = (environment: NodeJS.ProcessEnv, args: readonly string[]) => Promise<void>;

// Each role loads only what it needs.
const roles = new Map<string | undefined, Run>([
  ['server', async (environment) => (await import('./main.ts')).runServer(environment)],
  ['worker', async (environment) => (await import('./worker.ts')).runWorker(environment)],
  ['migrate', async (environment) => (await import('./migrate.ts')).runMigrate(environment)],
  [AUDIT_VERIFY, async (...given) => (await import('./audit-verify.ts')).runAuditVerify(...given)],
]);

const [role, ...args] = process.argv.slice(2);
const run = args.length === 0 || role === AUDIT_VERIFY ? roles.get(role) : undefined;

if (run === undefined) {
  console.error(`usage: entrypoint ${[...roles.keys()].join('|')}`);
  process.exitCode = 2;
} else {
  run(process.env, args).catch((error: unknown) => {
    const explained = error instanceof ConfigurationError ? error.message : messageOf(error);
    console.error(`${role} failed: ${explained}`);
    if (!(error instanceof ConfigurationError) && error instanceof Error) console.error(error.stack);
    process.exit(1);
  });
}
