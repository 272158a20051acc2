import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Evidence, judgeTrace } from './judge.ts';
import { REQUIREMENTS, type Requirement } from './requirements.ts';
import { readResults } from './results.ts';
import { sectionIn } from './sections.ts';
import { parseTable } from './table.ts';
import { titlePattern, titlesOf } from './titles.ts';

const FILE = 'app/a.test.ts';
const PAGE = 'docs/rules.md';
const SOURCE = `
  describe('a room', () => {
    it('holds', () => {});
    it.each([1, 2])('counts to %i', () => {});
    it(\`has \${count} doors\`, () => {});
  });
`;
const RULES = '# Rules\n## Doors\nThey are closed.\n## Windows\n\n# End\n';

const requirement = (id: string, asksForDocumentation = false): Requirement => ({
  id,
  level: 'L1',
  asksForDocumentation,
});
const ONE = [requirement('V1.1.1')];

const row = ({
  id = 'V1.1.1',
  level = 'L1',
  asks = 'doors are closed',
  how = 'with a lock',
  proof = `\`${FILE}\` › holds`,
  state = 'applies',
} = {}): string => `| ${[id, level, asks, how, proof, state].join(' | ')} |`;

interface Ran {
  readonly title: string;
  readonly status?: string;
  readonly file?: string;
}

const ran = (...tests: readonly Ran[]): Evidence['results'] => ({
  tests: tests.map(({ title, status = 'passed', file = FILE }) => ({
    file,
    titles: ['a room', title],
    status,
  })),
  checks: new Map([
    ['lint', true],
    ['borders', false],
  ]),
});

/** What the checker says of these rows. */
function judge(
  rows: readonly string[],
  requirements = ONE,
  results: Evidence['results'] = ran({ title: 'holds' }),
) {
  return judgeTrace(parseTable(`# Page\n| id | … |\n|---|---|\n${rows.join('\n')}\n`), requirements, {
    titlesIn: (file) => (file === FILE ? titlesOf(SOURCE) : undefined),
    sectionOf: (file, heading) => (file === PAGE ? sectionIn(RULES, heading) : undefined),
    checks: new Set(['lint', 'borders', 'format']),
    results,
  });
}
const complaints = (...given: Parameters<typeof judge>): string => judge(...given).complaints.join('\n');

describe('judgeTrace', () => {
  it('has nothing against a row whose test ran and passed', () => {
    expect(judge([row()])).toEqual({
      complaints: [],
      pending: [],
      counts: { applies: 1, 'does not apply': 0, open: 0, pending: 0 },
    });
  });

  it.each<readonly [string, readonly string[], string]>([
    ['an unknown id', [row(), row({ id: 'V99.1.1' })], 'line 5: no requirement is called V99.1.1'],
    ['a missing row', [], 'V1.1.1 has no row'],
    ['a row that stands twice', [row(), row()], 'line 5: V1.1.1 stands in line 4 already'],
    ['another level', [row({ level: 'L2' })], 'V1.1.1 is of level "L1", not "L2"'],
    ['a row that names no test', [row({ proof: '–' })], 'names no test'],
    ['an unknown state', [row({ state: 'done' })], 'is "done", which is none of'],
    [
      'a row without a reason',
      [row({ state: 'does not apply', proof: '–', how: '' })],
      'needs what is asked',
    ],
    ['an open row that is proved', [row({ state: 'open' })], 'is "open" and yet names what proves it'],
    ['a renamed test', [row({ proof: `\`${FILE}\` › stands` })], `${FILE} has no test "stands"`],
    ['a moved file', [row({ proof: '`app/b.test.ts` › holds' })], 'there is no app/b.test.ts'],
    ['a proof that nobody can read', [row({ proof: 'see the tests' })], '`see the tests` is neither'],
    ['a bar too many', [row({ how: 'a | b' })], 'V1.1.1 needs 6 cells'],
    ['an unknown check', [row({ proof: 'check › luck' })], 'no check is called luck'],
    ['a failed check', [row({ proof: 'check › borders' })], 'the check borders failed'],
    ['a check that did not run', [row({ proof: 'check › format' })], 'the check format did not run'],
    ['a page for a program', [row({ proof: `\`${PAGE}\` § Doors` })], 'name a test'],
  ])('complains of %s', (_what, rows, complaint) => {
    expect(complaints(rows)).toContain(complaint);
  });

  it.each<readonly [string, Evidence['results'], string]>([
    ['failed', ran({ title: 'holds', status: 'failed' }), 'was not passed but failed'],
    ['was skipped', ran({ title: 'holds', status: 'skipped' }), 'was not passed but skipped'],
    ['was to do', ran({ title: 'holds', status: 'todo' }), 'was not passed but todo'],
    ['did not run', ran({ title: 'counts to 1' }), 'did not run'],
    ['ran in another file', ran({ title: 'holds', file: 'app/b.test.ts' }), 'did not run'],
    ['failed once of twice', ran({ title: 'holds' }, { title: 'holds', status: 'failed' }), 'but failed'],
    ['had no run to be in', { tests: [], checks: new Map() }, 'did not run'],
  ])('complains of a test that %s', (_what, results, complaint) => {
    expect(complaints([row()], ONE, results)).toContain(complaint);
  });

  it('takes a title with places for all of its cases, and a group for all of its tests', () => {
    const cases = [row({ proof: `\`${FILE}\` › counts to %i<br>\`${FILE}\` › a room` })];
    const first = { title: 'counts to 1' };
    expect(complaints(cases, ONE, ran(first, { title: 'counts to 2' }))).toBe('');
    expect(complaints(cases, ONE, ran(first, { title: 'counts to 2', status: 'failed' }))).toContain(
      '"counts to 2" was not passed but failed',
    );
    expect(complaints(cases, ONE, ran(first, { title: 'holds', status: 'skipped' }))).toContain(
      '"holds" was not passed but skipped',
    );
  });

  it('takes a section for a requirement of documentation, if it says something', () => {
    const asked = [requirement('V1.1.1', true)];
    expect(complaints([row({ proof: `\`${PAGE}\` § Doors` })], asked)).toBe('');
    expect(complaints([row({ proof: `\`${PAGE}\` § Windows` })], asked)).toContain('is empty');
    expect(complaints([row({ proof: `\`${PAGE}\` § Roof` })], asked)).toContain('has no heading "Roof"');
  });

  it('judges names alone where nothing ran', () => {
    const evidence = {
      titlesIn: () => titlesOf(SOURCE),
      sectionOf: () => undefined,
      checks: new Set<string>(),
    };
    const written = (text: string) =>
      judgeTrace(parseTable(text), ONE, { ...evidence, results: undefined }).complaints;
    expect(written(row())).toEqual([]);
    expect(written(row({ proof: `\`${FILE}\` › stands` }))).toHaveLength(1);
  });

  it('lists what is pending, and does not look for its test', () => {
    const judged = judge([row({ state: 'pending', proof: '`app/later.test.ts` › to come' })]);
    expect(judged).toMatchObject({ complaints: [], pending: ['V1.1.1 doors are closed'] });
    expect(complaints([row({ state: 'pending', proof: '–' })])).toContain('names no test');
  });

  it('reads a bar inside of a cell', () => {
    expect(complaints([row({ how: String.raw`a \| b` })])).toBe('');
  });
});

describe('titles', () => {
  it('are those of tests and groups, whatever stands between', () => {
    expect([...titlesOf(SOURCE)]).toEqual(['a room', 'holds', 'counts to %i', 'has * doors']);
    expect([
      ...titlesOf(`it.runIf(linux)('runs', f); test.skip("x", f); other('no', f); it(name, f);`),
    ]).toEqual(['runs', 'x']);
  });

  it.each([
    ['GET %s is %i', 'GET /a(b) is 404', true],
    ['GET %s is %i', 'POST /a is 404', false],
    ['$name', 'anything', true],
    ['has * doors', 'has 12 doors', true],
    ['costs 5 (now)', 'costs 5 (now)', true],
    ['costs 5 (now)', 'costs 5 now', false],
  ])('%j is the title of %j: %s', (title, given, expected) => {
    expect(titlePattern(title).test(given)).toBe(expected);
  });
});

describe('readResults', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'trace-'));
    mkdirSync(join(folder, 'results'));
    const assertion = { ancestorTitles: ['a room'], title: 'holds', status: 'passed' };
    const report = { testResults: [{ name: join(folder, FILE), assertionResults: [assertion] }] };
    writeFileSync(join(folder, 'results/unit.json'), JSON.stringify(report));
    writeFileSync(join(folder, 'results/checks.json'), JSON.stringify({ lint: true }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('reads the reports of suites and the checks, and nothing where there was no run', () => {
    expect(readResults(join(folder, 'results'), folder)).toEqual({
      tests: [{ file: FILE, titles: ['a room', 'holds'], status: 'passed' }],
      checks: new Map([['lint', true]]),
    });
    expect(readResults(join(folder, 'nowhere'), folder)).toEqual({ tests: [], checks: new Map() });
  });
});

describe('the requirements', () => {
  it('are 70 of level 1, 183 of level 2, and the ten risks of APIs', () => {
    const of = (level: string): number => REQUIREMENTS.filter((one) => one.level === level).length;
    expect([of('L1'), of('L2'), of('')]).toEqual([70, 183, 10]);
    expect(new Set(REQUIREMENTS.map(({ id }) => id)).size).toBe(263);
  });
});
