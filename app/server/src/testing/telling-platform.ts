import { rmSync } from 'node:fs';
import { onTestFailed } from 'vitest';
import { z } from 'zod';
import { createKeyringFiles } from '../common/configuration/testing/keyring-files.ts';
import { compiled } from './compiled-server.ts';
import { MailingPlatform, type ManagedProgram, until } from './mailing-platform.ts';
import { whenServing } from './programs.ts';

/** From the fault to the mail, and from the recovery to the second one. */
export const LONGEST_MS = 180_000;
/** What is told twice comes within this time. */
export const SETTLED_MS = 20_000;

/** Of a worker that has ended. */
const LAST_LINES = 10;

const answer = z.object({
  components: z.array(z.object({ name: z.string(), status: z.string(), message: z.string() })),
});

/** Less than a hook may take, so that it is said what was waited for in vain. */
const STARTED_MS = 100_000;

/**
 * A server and two workers with the usual rules, one of which leads, and the mails that they send of alerts. Whatever of it
 * has begun, `close` ends it.
 */
export class TellingPlatform {
  readonly platform = new MailingPlatform();
  readonly #keyrings = createKeyringFiles();
  readonly #workers: ManagedProgram[] = [];

  get workers(): readonly ManagedProgram[] {
    return this.#workers;
  }

  async open(): Promise<void> {
    const { platform } = this;
    await platform.open({ evaluationSeconds: 5, groupSeconds: 0 });
    const server = platform.start([compiled('entrypoint'), 'server'], { KEYRINGS_DIR: this.#keyrings });
    await whenServing(server);
    const started = [1, 2].map(() => platform.startManaged([compiled('entrypoint'), 'worker']));
    this.#workers.push(...(await Promise.all(started)));
    for (const worker of this.workers)
      await until('a ready worker', STARTED_MS, async () => (await this.statusOf(worker, 'ready')) === 200);
    await until('a leader', STARTED_MS, async () => {
      const leases = await platform.database.sql.query(
        `SELECT FROM app.monitoring_leases WHERE name = 'alerts'`,
      );
      return leases.length === 1;
    });
  }

  /** @returns seconds that it took */
  until(what: string, holds: () => boolean | Promise<boolean>): Promise<number> {
    return until(what, LONGEST_MS, holds);
  }

  /** What a worker did about alerts is not to be seen from outside, nor why it has ended. */
  showLinesOnFailure(): void {
    onTestFailed(() => {
      for (const [index, { program }] of this.workers.entries()) {
        const lines = program.text().trimEnd().split('\n');
        const shown = lines.filter((line) => /"(Alerts|Notifications)"/.test(line));
        if (program.isOver()) shown.push('has ended; its last lines:', ...lines.slice(-LAST_LINES));
        for (const line of shown) console.log(`worker ${index}: ${line}`);
      }
    });
  }

  async statusOf({ url }: ManagedProgram, probe: string): Promise<number> {
    return (await fetch(`${url}/health/${probe}`)).status;
  }

  /** `status: message` of a component. */
  async stateOf({ url }: ManagedProgram, name: string): Promise<string> {
    const { components } = answer.parse(await (await fetch(`${url}/monitoring/health`)).json());
    const found = components.find((one) => one.name === name);
    return `${found?.status}: ${found?.message}`;
  }

  async close(): Promise<void> {
    await this.platform.close();
    rmSync(this.#keyrings, { recursive: true, force: true });
  }
}
