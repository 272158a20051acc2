import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asAdmin } from '../../database/testing/migrated-template.ts';
import { compiled } from '../compiled-server.ts';
import { type Program, startProgram } from '../programs.ts';
import type { Surface } from './leaks.ts';

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

/** The programs as they are shipped, and everything they said: lines, answers, tables. */
export class CanaryPlatform {
  readonly #folder = mkdtempSync(join(tmpdir(), 'canary-'));
  readonly #programs: { readonly name: string; readonly program: Program }[] = [];
  readonly #answers: Surface[] = [];
  /** Of the public server; set once it listens. */
  base = '';
  management = '';
  /** Sent with every request: who asks. */
  session: Record<string, string> = {};

  /** Writes a file that a variable of the environment names. */
  readonly file = (name: string, text: string): string => {
    const path = join(this.#folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return path;
  };

  run(name: string, args: readonly string[], environment: Record<string, string>): Program {
    return this.spawn(name, [compiled('entrypoint'), ...args], environment);
  }

  /** Any program of Node; its output is a place to look like that of ours. */
  spawn(name: string, args: readonly string[], environment: Record<string, string>): Program {
    const program = startProgram(args, { LOG_LEVEL: 'trace', ...environment });
    this.#programs.push({ name, program });
    return program;
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
    rmSync(this.#folder, { recursive: true, force: true });
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
