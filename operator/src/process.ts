import { pino } from 'pino';
import { loadConfig } from './config.ts';
import { loadClusterConfig } from './kube/index.ts';
import { runOperator } from './operator.ts';
import { signalHandler } from './runtime/index.ts';

/**
 * The operator as a process: configuration from the environment, logs on standard output, an ordered stop on a signal.
 * `onReady` is called once this process handles signals itself.
 */
export async function runProcess(onReady: () => void): Promise<void> {
  const config = loadConfig(process.env);
  const log = pino({ level: config.logLevel, base: null });
  const signal = signalHandler();
  onReady();
  await runOperator(config, await loadClusterConfig(), log, signal, { collectsProcessMetrics: true });
}
