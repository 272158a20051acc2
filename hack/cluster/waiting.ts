import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessTable } from './processes.ts';

interface Wait {
  readonly what: string;
  readonly timeoutMs: number;
  /** The program whose death ends the waiting at once. */
  readonly process?: { readonly table: ProcessTable; readonly name: string };
}

/**
 * Repeats a probe until it resolves.
 * @throws Error that says what was waited for, how the probe failed last, and the program's last words.
 */
export async function waitFor<T>(wait: Wait, probe: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + wait.timeoutMs;
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      const { process } = wait;
      const dead = process !== undefined && !process.table.isRunning(process.name);
      if (dead || performance.now() > deadline) {
        const end = dead ? `${process.name} ended` : `gave up after ${wait.timeoutMs / 1000} s`;
        const words = process
          ? `\n${process.table.lastWords(process.name)}\n(log: ${process.table.logFile(process.name)})`
          : '';
        throw new Error(
          `${wait.what}: ${end}: ${error instanceof Error ? error.message : String(error)}${words}`,
          { cause: error },
        );
      }
      await sleep(150);
    }
  }
}
