/** The one entry point of the image: `entrypoint.js server|worker|migrate`. */
import { ConfigurationError, messageOf } from './common/configuration/errors.ts';
import { exitOnEarlySignals } from './early-signals.ts';

exitOnEarlySignals();

// Each role loads only what it needs.
const roles = new Map<string | undefined, (environment: NodeJS.ProcessEnv) => Promise<void>>([
  ['server', async (environment) => (await import('./main.ts')).runServer(environment)],
  ['worker', async (environment) => (await import('./worker.ts')).runWorker(environment)],
  ['migrate', async (environment) => (await import('./migrate.ts')).runMigrate(environment)],
]);

const role = process.argv[2];
const run = process.argv.length === 3 ? roles.get(role) : undefined;

if (run === undefined) {
  console.error(`usage: entrypoint ${[...roles.keys()].join('|')}`);
  process.exitCode = 2;
} else {
  run(process.env).catch((error: unknown) => {
    const explained = error instanceof ConfigurationError ? error.message : messageOf(error);
    console.error(`${role} failed: ${explained}`);
    if (!(error instanceof ConfigurationError) && error instanceof Error) console.error(error.stack);
    process.exit(1);
  });
}
