/** How a gate ended. What could not be looked at is `not run`, never `passed`. */
export type Outcome = 'passed' | 'failed' | 'not run';

export interface Verdict {
  readonly outcome: Outcome;
  /** One line for the table. */
  readonly reason: string;
  /** What is wrong, one line each with the object and the next step. */
  readonly findings: readonly string[];
}

export interface Gate {
  readonly name: string;
  judge(): Verdict | Promise<Verdict>;
}

export interface Row extends Verdict {
  readonly gate: string;
}

export const notRun = (reason: string): Verdict => ({ outcome: 'not run', reason, findings: [] });

/** Passed when nothing was found. @param summary what was looked at */
export function verdictOf(findings: readonly string[], summary: string): Verdict {
  if (findings.length === 0) return { outcome: 'passed', reason: summary, findings };
  const count = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  return { outcome: 'failed', reason: `${count}; ${summary}`, findings };
}

/** A gate that breaks has not shown that anything is in order: it failed. */
async function judge(gate: Gate): Promise<Row> {
  const { name } = gate;
  try {
    return { gate: name, ...(await gate.judge()) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { gate: name, ...verdictOf([message], 'the gate itself broke') };
  }
}

/** One after the other, so that the exceptions can be judged by what the scans before them found. */
export async function judgeAll(gates: readonly Gate[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const gate of gates) rows.push(await judge(gate));
  return rows;
}

/** One line per gate, then what the failed ones found. */
export function tableOf(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ gate }) => gate.length));
  const lines = rows.map(({ gate, outcome, reason }) =>
    `${gate.padEnd(width)}  ${outcome.padEnd('not run'.length)}  ${reason}`.trimEnd(),
  );
  const findings = rows.flatMap(({ gate, findings: found }) => found.map((one) => `${gate}: ${one}`));
  return [...lines, ...(findings.length === 0 ? [] : ['', ...findings])].join('\n');
}

/** 1 when any gate failed; one that could not run is for the reader to weigh. */
export function exitCodeOf(rows: readonly Row[]): number {
  return rows.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
}
