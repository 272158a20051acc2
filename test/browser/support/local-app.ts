import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');
/** Server and page are built where they are out of date, on a machine that may be busy. */
const PATIENCE_MS = 300_000;

export interface LocalApp {
  readonly url: string;
  readonly bootstrapToken: string;
  /** Ends it, and takes all that it wrote with it. */
  readonly stop: () => Promise<void>;
}

/**
 * The application alone, as `npm start` runs it, with a folder and a database of its own: for what needs another
 * configuration than the platform under test, or users whom nobody else has to share.
 * @param configuration config.yaml; JSON is YAML
 * @param secrets files of NOTIFICATIONS_DIR
 */
export async function startLocalApp(
  configuration: object,
  secrets: Readonly<Record<string, string>>,
): Promise<LocalApp> {
  const home = mkdtempSync(join(tmpdir(), 'stock-analysis-local-'));
  const file = (name: string, text: string): void => writeFileSync(join(home, name), text, { mode: 0o600 });
  file('config.yaml', JSON.stringify(configuration));
  for (const [name, text] of Object.entries(secrets)) file(name, text);
  const { DATABASE_URL: _url, DATABASE_URL_FILE: _file, ...inherited } = process.env;
  const child = spawn(process.execPath, ['hack/start.ts'], {
    cwd: ROOT,
    env: {
      ...inherited,
      PORT: '0',
      STOCK_ANALYSIS_HOME: join(home, 'state'),
      STOCK_ANALYSIS_CONFIG_FILE: join(home, 'config.yaml'),
      NOTIFICATIONS_DIR: home,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((done) => child.once('close', () => done()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
    rmSync(home, { recursive: true, force: true });
  };
  let output = '';
  const url = await new Promise<string>((found, fail) => {
    const look = (chunk: Buffer): void => {
      output += chunk.toString();
      const [, address] = /^listening on (http:\S+)$/m.exec(output) ?? [];
      if (address !== undefined) found(address);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('close', () => fail(new Error(`npm start ended:\n${output}`)));
    setTimeout(() => fail(new Error(`npm start does not listen:\n${output}`)), PATIENCE_MS).unref();
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, stop, bootstrapToken: readFileSync(join(home, 'state/bootstrap-token'), 'utf8').trim() };
}
