/**
 * `npm start`: the application alone, on this machine, without a cluster. Builds what is out of date, starts a
 * PostgreSQL of its own unless one is named, migrates, runs server and worker, and prints one line on standard
 * output, `listening on http://127.0.0.1:PORT`, when it answers. Progress goes to standard error. A signal stops
 * everything, the database last.
 *
 * Environment: PORT (8080), MANAGEMENT_PORT (any free one), DATABASE_URL or DATABASE_URL_FILE, STOCK_ANALYSIS_HOME
 * (~/.local/share/stock-analysis), LOG_LEVEL, STOCK_ANALYSIS_CONFIG_FILE.
 */
import { freePort } from './lib/ports.ts';
import { say } from './lib/progress.ts';
import { Application } from './start/application.ts';
import { HOST, portOf, requirePort } from './start/port.ts';
import { createStateFolder, lockFolder } from './start/state-folder.ts';

async function main(): Promise<void> {
  const home = createStateFolder(process.env);
  await lockFolder(home);
  const application = new Application(home);
  let ending = false;
  const end = async (code: number, why: string): Promise<void> => {
    // After a signal the children end because they were told to.
    if (ending) return;
    ending = true;
    say(why);
    await application.stop();
    say('stopped');
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    // On, not once: a terminal's Ctrl-C comes twice, from npm too, and the second must not kill what is stopping.
    process.on(signal, () => void end(0, `${signal}: stopping`));
  try {
    const wanted = portOf('PORT', 8080);
    const port = wanted === 0 ? await freePort() : wanted;
    await requirePort('PORT', port);
    await application.start(port);
    console.log(`listening on http://${HOST}:${port}`);
    await end(1, await application.failure());
  } catch (error) {
    await end(1, error instanceof Error ? error.message : String(error));
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  // Not just the code: what holds the state folder's lock would keep us alive.
  process.exit(1);
});
