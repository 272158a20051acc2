import { parseArgs } from 'node:util';
import { runAuditCommand, type Session } from './audit-command.ts';
import type { Link } from './audit/hash-chain.ts';
import { linkIn, linkText } from './audit/prunings.ts';
import { verifyLog } from './audit/verify-log.ts';

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
    const link = linkIn(text);
    if (link === undefined)
      throw new Error(`--expect ${text} is not SEQ:HASH with 64 hexadecimal digits in lower case`);
    if (link.seq < from) throw new Error(`--expect ${text} is of a record before --from ${from}`);
    return link;
  });
  return { from, anchors };
}

async function verify({ client, elapsed, progress }: Session, { from, anchors }: Task): Promise<void> {
  const { count, last, pruning } = await verifyLog(client, { from, anchors, progress: progress('verified') });
  if (pruning !== undefined)
    console.log(
      `records 1 to ${pruning.last.seq} were pruned at ${pruning.at} by ${pruning.by}, as record ${pruning.recordedAs} says; ` +
        `the last of them ${linkText(pruning.last)}`,
    );
  const end = count === 0 ? 'no record' : `last ${linkText(last)}`;
  console.log(`${count} records in ${elapsed()}, ${end}, chain intact`);
}

/** Recomputes the chain of the audit log (docs/audit.md). The last line is the verdict. */
export function runAuditVerify(environment: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> {
  const usage = 'audit-verify [--from SEQ] [--expect SEQ:HASH]...';
  return runAuditCommand({ role: 'audit-verify', usage, parse: parseTask, work: verify }, environment, args);
}
