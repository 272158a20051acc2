import { Client } from 'pg';
import { BrokenChainError } from './audit/hash-chain.ts';
import { PrunedLinkError } from './audit/verify-log.ts';
import { loadConfiguration, type Role } from './common/configuration/configuration.ts';
import { messageOf } from './common/configuration/errors.ts';
import { rememberSecretsOf } from './common/redaction/secrets-of-configuration.ts';
import { poolOptions } from './database/data-source.ts';

const PROGRESS_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 600_000;

/** What a command does with the log. */
export interface Session {
  readonly client: Client;
  /** Since the beginning, as `1.5 s`. */
  readonly elapsed: () => string;
  /** Tells on standard error how far it is, now and then. */
  readonly progress: (what: string) => (done: number, total: number) => void;
}

async function inSession(
  role: Role,
  environment: NodeJS.ProcessEnv,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const configuration = loadConfiguration(role, environment);
  rememberSecretsOf(configuration);
  const purpose = {
    applicationName: `stock-analysis-${role}`,
    max: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  };
  const client = new Client(poolOptions(configuration.database, purpose));
  // The end of the session is told by the statement that it fails; without a listener it would end the program without a word.
  client.on('error', () => undefined);
  const started = performance.now();
  const elapsed = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  let told = started;
  const progress: Session['progress'] = (what) => (done, total) => {
    if (performance.now() - told < PROGRESS_MS) return;
    told = performance.now();
    console.error(`${what} ${done} of ${total} records in ${elapsed()}`);
  };
  await client.connect();
  try {
    await work({ client, elapsed, progress });
  } finally {
    await client.end();
  }
}

/** A program about the audit log: `parse` says what is wrong with its arguments, `work` prints the verdict. */
interface Command<Task> {
  readonly role: Role;
  readonly usage: string;
  readonly parse: (args: readonly string[]) => Task;
  readonly work: (session: Session, task: Task) => Promise<void>;
}

/** The exit code is 0, 1 for a broken chain or a database that refuses, 2 for arguments that are wrong. */
export async function runAuditCommand<Task>(
  { role, usage, parse, work }: Command<Task>,
  environment: NodeJS.ProcessEnv,
  args: readonly string[],
): Promise<void> {
  if (args.includes('--help')) {
    console.log(`usage: entrypoint ${usage}`);
    return;
  }
  let task: Task;
  try {
    task = parse(args);
  } catch (error) {
    console.error(`${messageOf(error)}\nusage: entrypoint ${usage}`);
    process.exitCode = 2;
    return;
  }
  try {
    await inSession(role, environment, (session) => work(session, task));
  } catch (error) {
    if (error instanceof BrokenChainError) {
      console.error(`the audit log is broken at ${error.message}`);
      process.exitCode = 1;
    } else if (error instanceof PrunedLinkError) {
      console.error(error.message);
      process.exitCode = 2;
    } else throw error;
  }
}
