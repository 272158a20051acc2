import type { Requirement } from './requirements.ts';
import type { Results } from './results.ts';
import { type Proof, type Row, STATES, type Table } from './table.ts';
import { titlePattern } from './titles.ts';

/** What the repository holds, and what this run did. */
export interface Evidence {
  /** Titles of a test file; undefined where there is no such file. */
  readonly titlesIn: (file: string) => ReadonlySet<string> | undefined;
  /** Text below a heading of a page; undefined where there is no such page or heading. */
  readonly sectionOf: (file: string, heading: string) => string | undefined;
  /** Names of the static checks that the runner knows. */
  readonly checks: ReadonlySet<string>;
  /** Undefined: nothing ran; only what is written is judged. */
  readonly results: Results | undefined;
}

export interface Judgement {
  /** Each of them fails the run. */
  readonly complaints: readonly string[];
  /** Rows that somebody still has to fill in. */
  readonly pending: readonly string[];
  /** How many rows there are of each state. */
  readonly counts: Readonly<Record<string, number>>;
}

function aboutIds(rows: readonly Row[], requirements: readonly Requirement[]): string[] {
  const known = new Map(requirements.map((one) => [one.id, one]));
  const seen = new Map<string, number>();
  const complaints: string[] = [];
  for (const { id, line, level } of rows) {
    const requirement = known.get(id);
    if (requirement === undefined) complaints.push(`line ${line}: no requirement is called ${id}`);
    else if (requirement.level !== level)
      complaints.push(`line ${line}: ${id} is of level "${requirement.level}", not "${level}"`);
    const before = seen.get(id);
    if (before !== undefined) complaints.push(`line ${line}: ${id} stands in line ${before} already`);
    seen.set(id, line);
  }
  const missing = requirements.filter(({ id }) => !seen.has(id)).map(({ id }) => `${id} has no row`);
  return [...complaints, ...missing];
}

function aboutWritten(proof: Proof, evidence: Evidence): string | undefined {
  if (proof.kind === 'check')
    return evidence.checks.has(proof.title) ? undefined : `no check is called ${proof.title}`;
  if (proof.kind === 'document') {
    const section = evidence.sectionOf(proof.file, proof.title);
    if (section === undefined) return `${proof.file} has no heading "${proof.title}"`;
    return section.trim() === '' ? `"${proof.title}" of ${proof.file} is empty` : undefined;
  }
  const titles = evidence.titlesIn(proof.file);
  if (titles === undefined) return `there is no ${proof.file}`;
  return titles.has(proof.title) ? undefined : `${proof.file} has no test "${proof.title}"`;
}

function aboutRun(proof: Proof, results: Results): string | undefined {
  if (proof.kind === 'document') return undefined;
  if (proof.kind === 'check') {
    const passed = results.checks.get(proof.title);
    if (passed === undefined) return `the check ${proof.title} did not run`;
    return passed ? undefined : `the check ${proof.title} failed`;
  }
  const pattern = titlePattern(proof.title);
  const ran = results.tests.filter(
    ({ file, titles }) => file === proof.file && titles.some((title) => pattern.test(title)),
  );
  const name = `"${proof.title}" of ${proof.file}`;
  if (ran.length === 0) return `${name} did not run`;
  const other = ran.find(({ status }) => status !== 'passed');
  return other && `${name}: "${other.titles.at(-1)}" was not passed but ${other.status}`;
}

function aboutRow(row: Row, requirement: Requirement | undefined, evidence: Evidence): string[] {
  const complaints: string[] = [];
  if (row.asks === '' || row.how === '')
    complaints.push('needs what is asked, and how it is met or why it is not');
  if (!STATES.some((state) => state === row.state))
    complaints.push(`is "${row.state}", which is none of: ${STATES.join(', ')}`);
  if (row.state === 'does not apply' || row.state === 'open') {
    if (row.proofs.length > 0) complaints.push(`is "${row.state}" and yet names what proves it`);
  } else if (row.proofs.length === 0) complaints.push('names no test');
  if (row.state !== 'applies') return complaints;
  if (!row.proofs.some(({ kind }) => kind !== 'document') && requirement?.asksForDocumentation !== true)
    complaints.push('names a page, and asks for more than documentation: name a test');
  for (const proof of row.proofs) {
    const problem = aboutWritten(proof, evidence) ?? (evidence.results && aboutRun(proof, evidence.results));
    if (problem !== undefined) complaints.push(problem);
  }
  return complaints;
}

/** Holds the table against the list of requirements, the sources and, where there was one, the run. */
export function judgeTrace(
  table: Table,
  requirements: readonly Requirement[],
  evidence: Evidence,
): Judgement {
  const known = new Map(requirements.map((one) => [one.id, one]));
  const complaints = table.rows.flatMap((row) =>
    aboutRow(row, known.get(row.id), evidence).map((text) => `line ${row.line}: ${row.id} ${text}`),
  );
  const counts = Object.fromEntries(
    STATES.map((state) => [state, table.rows.filter((row) => row.state === state).length]),
  );
  return {
    complaints: [...table.complaints, ...aboutIds(table.rows, requirements), ...complaints],
    pending: table.rows.filter(({ state }) => state === 'pending').map(({ id, asks }) => `${id} ${asks}`),
    counts,
  };
}
