import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { BrokenChainError, type Link } from './audit/hash-chain.ts';
import { verifyLog } from './audit/verify-log.ts';
import { loadConfiguration } from './common/configuration/configuration.ts';
import { messageOf } from './common/configuration/errors.ts';
import { rememberSecretsOf } from './common/redaction/secrets-of-configuration.ts';
import { poolOptions } from './database/data-source.ts';

const USAGE = 'usage: entrypoint audit-verify [--from SEQ] [--expect SEQ:HASH]...';
const PROGRESS_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 600_000;

interface Task {
  readonly from: number;
  readonly anchors: readonly Link[];
}

/** @throws Error that says what is wrong with the arguments */
export function parseTask(args: readonly string[]): Task {
  const { values } = parseArgs({
    args: [...args],
    options: {
      from: { type: 'string', default: '1' },
      expect: { type: 'string', multiple: true, default: [] },
    },
  });
  if (!/^[1-9]\d{0,14}$/.test(values.from))
    throw new Error(`--from ${values.from} is no number of a record; the first is 1`);
  const from = Number(values.from);
  const anchors = values.expect.map((text) => {
    const [, seq, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text) ?? [];
    if (seq === undefined || hash === undefined)
      throw new Error(`--expect ${text} is not SEQ:HASH with 64 hexadecimal digits in lower case`);
    if (Number(seq) < from) throw new Error(`--expect ${text} is of a record before --from ${from}`);
    return { seq: Number(seq), hash };
  });
  return { from, anchors };
}

async function verify(environment: NodeJS.ProcessEnv, { from, anchors }: Task): Promise<void> {
  const configuration = loadConfiguration('audit-verify', environment);
  rememberSecretsOf(configuration);
  const purpose = {
    applicationName: 'stock-analysis-audit-verify',
    max: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  };
  const client = new Client(poolOptions(configuration.database, purpose));
  const started = performance.now();
  const elapsed = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  let told = started;
  const progress = (done: number, total: number): void => {
    if (performance.now() - told < PROGRESS_MS) return;
    told = performance.now();
    console.error(`verified ${done} of ${total} records in ${elapsed()}`);
  };
  await client.connect();
  try {
    const { count, last } = await verifyLog(client, { from, anchors, progress });
    const end = count === 0 ? 'no record' : `last ${last.seq}:${last.hash}`;
    console.log(`${count} records in ${elapsed()}, ${end}, chain intact`);
  } finally {
    await client.end();
  }
}

/**
 * Recomputes the chain of the audit log (docs/audit.md). The last line is the verdict; the exit code is 0 for an intact
 * chain, 1 for a broken one or a database that cannot be read, 2 for wrong arguments.
 */
export async function runAuditVerify(environment: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> {
  let task: Task;
  try {
    task = parseTask(args);
  } catch (error) {
    console.error(`${messageOf(error)}\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  try {
    await verify(environment, task);
  } catch (error) {
    if (!(error instanceof BrokenChainError)) throw error;
    console.error(`the audit log is broken at ${error.message}`);
    process.exitCode = 1;
  }
}
