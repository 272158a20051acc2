import { type INestApplicationContext, Logger } from '@nestjs/common';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Configuration } from './common/configuration/configuration.ts';
import { endEarlySignals, STOP_SIGNALS } from './early-signals.ts';
import { ShutdownState } from './monitoring/health/shutdown-state.ts';

const IDLE_SWEEP_MS = 100;

/**
 * Readiness fails first, then the drain delay lets load balancers notice, then Nest closes: jobs are handed back,
 * requests in flight finish, pools close. Exit code 0; 1 when the deadline passes first.
 */
async function shutDown(
  app: INestApplicationContext,
  { shutdown }: Configuration,
  server: Server | undefined,
  logger: Logger,
): Promise<never> {
  app.get(ShutdownState).begin();
  const deadline = setTimeout(() => {
    logger.error(`not closed after ${shutdown.timeoutMs} ms; ending anyway`);
    process.exit(1);
  }, shutdown.drainMs + shutdown.timeoutMs);
  deadline.unref();
  // Only traffic has to be drained; a worker has none.
  if (server !== undefined) await sleep(shutdown.drainMs);
  // A connection whose request finishes after close() stays open for keepAliveTimeout and would hold everything up.
  setInterval(() => server?.closeIdleConnections(), IDLE_SWEEP_MS).unref();
  await app.close();
  logger.log('closed');
  process.exit(0);
}

/** Also ends the process when the parent that started it with an IPC channel (`npm start`) is gone. */
export function stopOnSignal(
  app: INestApplicationContext,
  configuration: Configuration,
  server?: Server,
): void {
  const logger = new Logger('Shutdown');
  let stopping = false;
  const stop = (why: string): void => {
    if (stopping) return;
    stopping = true;
    logger.log(`${why}: stopping`);
    shutDown(app, configuration, server, logger).catch((error: unknown) => {
      logger.error({ err: error }, 'closing failed');
      process.exit(1);
    });
  };
  for (const signal of STOP_SIGNALS) process.on(signal, () => stop(signal));
  endEarlySignals();
  process.once('disconnect', () => stop('the parent process is gone'));
}
