import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DatabaseGate, openGate } from '../database/testing/frozen-database.ts';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import { MailServer } from '../notifications/testing/mail-server.ts';
import { type Program, startProgram, whenSays } from './programs.ts';

/** A program that has a management server. */
export interface ManagedProgram {
  readonly program: Program;
  /** Of its management server. */
  readonly url: string;
}

const subjectOf = (raw: string): string => /^Subject: (.*(?:\r\n[ \t].*)*)/im.exec(raw)?.[1] ?? '';

/**
 * Programs that tell of a database by mail, which one may freeze; a folder, a database and a mail server of its own.
 * Whatever of it has begun, `close` ends it.
 */
export class MailingPlatform {
  readonly #folder = mkdtempSync(join(tmpdir(), 'mailing-platform-'));
  readonly #mails = new MailServer();
  readonly #programs: Program[] = [];
  #database: TestDatabase | undefined;
  #gate: DatabaseGate | undefined;

  /** @param alerts of the configuration: `monitoring.alerts` */
  async open(alerts: object): Promise<void> {
    await this.#mails.start();
    const email = {
      ...{ host: '127.0.0.1', port: this.#mails.port, security: 'None' },
      ...{ from: 'stock@example.com', to: ['ops@example.com'] },
    };
    writeFileSync(this.#configuration, JSON.stringify({ monitoring: { alerts, notifications: { email } } }));
    this.#database = await createTestDatabase();
    this.#gate = await openGate(this.#database.urls.application);
  }

  get database(): TestDatabase {
    if (this.#database === undefined) throw new Error('the platform was not opened');
    return this.#database;
  }

  get gate(): DatabaseGate {
    if (this.#gate === undefined) throw new Error('the platform was not opened');
    return this.#gate;
  }

  get #configuration(): string {
    return join(this.#folder, 'config.yaml');
  }

  start(args: readonly string[], environment: Record<string, string> = {}): Program {
    const program = startProgram(args, {
      DATABASE_URL: this.gate.url,
      STOCK_ANALYSIS_CONFIG_FILE: this.#configuration,
      ...environment,
    });
    this.#programs.push(program);
    return program;
  }

  async startManaged(
    args: readonly string[],
    environment: Record<string, string> = {},
  ): Promise<ManagedProgram> {
    const program = this.start(args, environment);
    const port = await whenSays(program, /management server on port (\d+)/);
    return { program, url: `http://127.0.0.1:${port}` };
  }

  /** Of the mails that came since {@link forgetMails}. */
  get subjects(): string[] {
    return this.#mails.mails.map(({ raw }) => subjectOf(raw));
  }

  forgetMails(): void {
    this.#mails.mails.length = 0;
  }

  /** Ends what it has started, and takes all that it wrote with it. */
  async close(): Promise<void> {
    this.#gate?.thaw();
    for (const { child } of this.#programs) child.kill('SIGKILL');
    for (const { exited } of this.#programs) await exited;
    rmSync(this.#folder, { recursive: true, force: true });
    await this.#gate?.close();
    await this.#mails.stop();
    await this.#database?.drop();
  }
}

/** @returns seconds that it took. @throws Error after `longestMs` */
export async function until(
  what: string,
  longestMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<number> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > longestMs) throw new Error(`${what} did not come within ${longestMs} ms`);
    await sleep(100);
  }
  return Math.round((performance.now() - began) / 1000);
}
