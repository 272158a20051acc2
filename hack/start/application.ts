import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildServer, buildWeb, run, SERVER } from './build.ts';
import { freePort } from '../lib/ports.ts';
import { say } from '../lib/progress.ts';
import { type Database, openDatabase } from './database.ts';
import { keyringsFolder } from './keyrings.ts';
import { HOST, portOf } from './port.ts';
import { bootstrapTokenFile, notificationsFolder } from './state-folder.ts';

const ANSWER_DEADLINE_MS = 60_000;
const CHILD_PATIENCE_MS = 30_000;
const LOG_TAIL_LINES = 15;

/** Whom the bootstrap token makes; undefined: it was used. A server that may not be asked from here does not say. */
async function whatTokenMakes(url: string): Promise<string | undefined> {
  const answer = await fetch(`${url}/api/v1/auth/session`, { signal: AbortSignal.timeout(5_000) }).catch(
    () => undefined,
  );
  if (answer?.ok !== true) return 'an administrator, unless the token was used';
  const { needsSetup, isFirstSetup }: { needsSetup: boolean; isFirstSetup: boolean } = JSON.parse(
    await answer.text(),
  );
  if (!needsSetup) return undefined;
  return isFirstSetup ? 'first administrator' : 'one more administrator';
}

/** Database, server and worker of one state folder. */
export class Application {
  readonly #children = new Map<string, { process: ChildProcess; exited: Promise<string>; log: string }>();
  readonly #home: string;
  readonly #logs: string;
  #database: Database | undefined;
  #stopping: Promise<void> | undefined;

  constructor(home: string) {
    this.#home = home;
    this.#logs = join(home, 'log');
    mkdirSync(this.#logs, { recursive: true, mode: 0o700 });
  }

  async start(port: number): Promise<void> {
    // All three are awaited, whatever fails: a database that is still starting could not be stopped.
    // Known as soon as it runs: a signal may come while the rest is still being built.
    const opening = openDatabase(this.#home, this.#logs, process.env).then(
      (database) => (this.#database = database),
    );
    const results = await Promise.allSettled([opening, buildServer(), buildWeb()]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    const { migrateUrlFile, runUrlFile } = await opening;
    const managementPort = portOf('MANAGEMENT_PORT', 0) || (await freePort());
    const workerPort = await freePort();
    // What this command decides itself must not contradict what was inherited.
    const {
      DATABASE_DIR: _directory,
      DATABASE_URL: _url,
      BOOTSTRAP_TOKEN: _token,
      BOOTSTRAP_TOKEN_FILE: _tokenFile,
      KEYRINGS_DIR: _keyrings,
      NOTIFICATIONS_DIR: _notifications,
      STOCK_ANALYSIS_CONFIG_FILE: configuration = '',
      ...inherited
    } = process.env;
    const common = {
      ...inherited,
      HOST,
      NODE_ENV: 'production',
      // The children run in another folder.
      STOCK_ANALYSIS_CONFIG_FILE: configuration === '' ? '' : resolve(configuration),
      SHUTDOWN_DRAIN_SECONDS: process.env['SHUTDOWN_DRAIN_SECONDS'] ?? '0',
    };
    await run('reading the configuration and migrating the database', ['dist/entrypoint.js', 'migrate'], {
      cwd: SERVER,
      env: { ...common, DATABASE_URL_FILE: migrateUrlFile },
    });
    say('database is up to date');
    const tokenFile = bootstrapTokenFile(this.#home);
    const env = { ...common, DATABASE_URL_FILE: runUrlFile };
    this.#spawn('server', {
      ...env,
      BOOTSTRAP_TOKEN_FILE: tokenFile,
      KEYRINGS_DIR: keyringsFolder(this.#home),
      PORT: String(port),
      MANAGEMENT_PORT: String(managementPort),
    });
    const notifications = notificationsFolder(this.#home, process.env);
    this.#spawn('worker', {
      ...env,
      NOTIFICATIONS_DIR: notifications,
      MANAGEMENT_PORT: String(workerPort),
    });
    await this.#awaitAnswer(`http://${HOST}:${port}/health/ready`);
    say(
      `health and metrics of the server on http://${HOST}:${managementPort}, of the worker on http://${HOST}:${workerPort}`,
    );
    say(`logs in ${this.#logs}`);
    const made = await whatTokenMakes(`http://${HOST}:${port}`);
    if (made !== undefined)
      say(`${made}: open the page or POST /api/v1/auth/setup with the token in ${tokenFile}; it works once`);
  }

  /** Server and worker finish what they do, then the database stops. Safe to call twice. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Resolves when a child, or our own database, ended that should not have. */
  async failure(): Promise<string> {
    const ended = [...this.#children].map(
      async ([name, { exited, log }]) => `the ${name} ended (${await exited}):\n${tail(log)}`,
    );
    return Promise.race([...ended, ...(this.#database ? [this.#database.ended] : [])]);
  }

  #spawn(name: string, env: NodeJS.ProcessEnv): void {
    const log = join(this.#logs, `${name}.log`);
    // Why the start before ended stands in its last lines.
    if (existsSync(log)) renameSync(log, join(this.#logs, `${name}.previous.log`));
    const output = openSync(log, 'w', 0o600);
    // The channel tells the child when this process is gone, even by SIGKILL.
    const child = spawn(process.execPath, ['--enable-source-maps', 'dist/entrypoint.js', name], {
      cwd: SERVER,
      env,
      stdio: ['ignore', output, output, 'ipc'],
    });
    closeSync(output);
    const exited = new Promise<string>((done) => {
      child.once('error', (error) => done(error.message));
      child.once('exit', (code, signal) => done(signal ?? `exit code ${code}`));
    });
    this.#children.set(name, { process: child, exited, log });
  }

  async #awaitAnswer(url: string): Promise<void> {
    const deadline = performance.now() + ANSWER_DEADLINE_MS;
    let failure: string | undefined;
    void this.failure().then((text) => (failure = text));
    while (performance.now() < deadline) {
      if (failure !== undefined) throw new Error(failure);
      const ready = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
        (answer) => answer.ok,
        () => false,
      );
      if (ready) return;
      await sleep(100);
    }
    throw new Error(`the server does not become ready at ${url}:\n${tail(join(this.#logs, 'server.log'))}`);
  }

  async #stop(): Promise<void> {
    await Promise.all(
      [...this.#children.values()].map(async ({ process: child, exited }) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        child.kill('SIGTERM');
        const patience = sleep(CHILD_PATIENCE_MS, 'late', { ref: false });
        if ((await Promise.race([exited, patience])) === 'late') child.kill('SIGKILL');
      }),
    );
    await this.#database?.stop();
  }
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
