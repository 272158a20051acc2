import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asAdmin } from '../../database/testing/migrated-template.ts';
import type { Surface } from './leaks.ts';

const WORKSPACE = join(import.meta.dirname, '../../..');
const STARTED_MS = 60_000;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** JSON unless it is text already. */
  readonly body?: unknown;
  /** The answer is where this secret is given out: it is no place to look. */
  readonly gives?: boolean;
}

export interface Program {
  readonly child: ChildProcess;
  readonly exited: Promise<number | string>;
  readonly text: () => string;
  /** It has ended, and everything it said is there. */
  readonly isOver: () => boolean;
}

/** The programs as they are shipped, and everything they said: lines, answers, tables. */
export class CanaryPlatform {
  readonly #compiled: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'canary-'));
  readonly #programs: { readonly name: string; readonly program: Program }[] = [];
  readonly #answers: Surface[] = [];
  /** Of the public server; set once it listens. */
  base = '';
  management = '';
  /** Sent with every request: who asks. */
  session: Record<string, string> = {};

  constructor() {
    // Inside the workspace, so that the compiled code finds its packages.
    const state = join(WORKSPACE, '.state');
    mkdirSync(state, { recursive: true });
    this.#compiled = mkdtempSync(join(state, 'canary-'));
    const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
    execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', this.#compiled], {
      cwd: WORKSPACE,
    });
  }

  /** Writes a file that a variable of the environment names. */
  readonly file = (name: string, text: string): string => {
    const path = join(this.#folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return path;
  };

  run(name: string, args: readonly string[], environment: Record<string, string>): Program {
    return this.spawn(name, [join(this.#compiled, 'entrypoint.js'), ...args], environment);
  }

  /** Any program of Node; its output is a place to look like that of ours. */
  spawn(name: string, args: readonly string[], environment: Record<string, string>): Program {
    const base = { PATH: process.env['PATH'] ?? '', HOST: '127.0.0.1', PORT: '0', MANAGEMENT_PORT: '0' };
    const child = spawn(process.execPath, args, {
      env: { ...base, SHUTDOWN_DRAIN_SECONDS: '0', LOG_LEVEL: 'trace', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [text, isOver] = ['', false];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const exited = new Promise<number | string>((resolve) =>
      child.once('close', (code, signal) => {
        isOver = true;
        resolve(signal ?? code ?? 'unknown');
      }),
    );
    const program = { child, exited, text: () => text, isOver: () => isOver };
    this.#programs.push({ name, program });
    return program;
  }

  /** Waits until a program says this; answers the first group. */
  async says({ text, isOver }: Program, line: RegExp): Promise<string> {
    const givesUpAt = performance.now() + STARTED_MS;
    for (;;) {
      const found = line.exec(text());
      if (found !== null) return found[1] ?? '';
      if (isOver() || performance.now() > givesUpAt)
        throw new Error(`the program did not say ${String(line)}:\n${text().slice(-2_000)}`);
      await sleep(50);
    }
  }

  /** Waits until there is this answer. */
  async answers(url: string, status: number): Promise<void> {
    const givesUpAt = performance.now() + STARTED_MS;
    while ((await fetch(url)).status !== status) {
      if (performance.now() > givesUpAt) throw new Error(`${url} does not answer ${status}`);
      await sleep(100);
    }
  }

  async ask(path: string, { method = 'GET', headers = {}, body, gives = false }: Ask = {}): Promise<Answer> {
    const url = path.startsWith('http') ? path : this.base + path;
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...this.session,
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer = { status: response.status, headers: response.headers, text: await response.text() };
    const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    if (!gives)
      this.#answers.push({ name: `answer to ${method} ${path}`, text: `${head}\n\n${answer.text}` });
    return answer;
  }

  /** What no client library would send. */
  async askRaw(name: string, text: string): Promise<string> {
    const { hostname, port } = new URL(this.base);
    const answer = await new Promise<string>((resolve, reject) => {
      let received = '';
      const socket = connect(Number(port), hostname, () => socket.write(text));
      socket.setTimeout(5_000, () => socket.destroy());
      socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
      socket.on('error', reject).on('close', () => resolve(received));
    });
    this.#answers.push({ name: `answer to ${name}`, text: answer });
    return answer;
  }

  surfaces(): Surface[] {
    const outputs = this.#programs.map(({ name, program }) => ({
      name: `output of ${name}`,
      text: program.text(),
    }));
    return [...outputs, ...this.#answers];
  }

  async close(): Promise<void> {
    for (const { program } of this.#programs) program.child.kill('SIGKILL');
    await Promise.all(this.#programs.map(({ program }) => program.exited));
    for (const folder of [this.#compiled, this.#folder]) rmSync(folder, { recursive: true, force: true });
  }
}

/** Every row of every table as text, as a dump has them; bytes are hex there. */
export async function dumpTables(adminUrl: string): Promise<Surface[]> {
  const surfaces: Surface[] = [];
  await asAdmin(adminUrl, async (admin) => {
    const { rows: tables } = await admin.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('app', 'jobs') ORDER BY 1`,
    );
    for (const { name } of tables) {
      const { rows } = await admin.query<{ line: string }>(`SELECT t::text AS line FROM ${name} AS t`);
      surfaces.push({ name: `table ${name}`, text: rows.map(({ line }) => line).join('\n') });
    }
  });
  return surfaces;
}
