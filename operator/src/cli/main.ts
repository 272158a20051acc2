/** `kubectl stockanalysis`: kubectl runs the program `kubectl-stockanalysis` of PATH. */
import { constants } from 'node:os';
import { runCommand } from './commands.ts';
import { Output } from './output.ts';

/** Written by the bundler, see hack/plugin.ts. */
declare const PLUGIN_VERSION: string | undefined;

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    // Who asks twice does not want to wait.
    if (interrupted.signal.aborted) process.exit(128 + constants.signals[name]);
    interrupted.abort(new Error(name));
  });

const output = new Output(process.stdout, process.stderr);
void runCommand(process.argv.slice(2), typeof PLUGIN_VERSION === 'string' ? PLUGIN_VERSION : 'from source', {
  output,
  signal: interrupted.signal,
  env: process.env,
  isTerminal: process.stdout.isTTY,
}).then(async (code) => {
  await output.flushed();
  // Streams that are still open would keep the process.
  process.exit(code);
});
