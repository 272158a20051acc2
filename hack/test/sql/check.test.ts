import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Allowed, checkSqlTexts } from './check.ts';

const SHARED = `
  export const TABLE = 'app.bars';
  export const STATEMENTS = { one: 'SELECT 1', two: \`SELECT \${TABLE}\` } as const;
  export const fieldOf = (name: string): string => \`given.\${name}\`;
  export function named(name: string): string { return 'DROP TABLE ' + name; }
  export { TABLE as SAME } from './shared.ts';
`;

describe('the check of SQL texts', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sql-texts-'));
    write('src/shared.ts', SHARED);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function write(file: string, text: string): void {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }

  /** What the check says of a function that gets `sql` and `input`. */
  function check(body: string, { before = '', file = 'src/a.ts', allowed = [] as Allowed[] } = {}) {
    write(
      file,
      `import { TABLE, SAME, STATEMENTS, fieldOf, named } from './shared.ts';\n${before}
      export async function send(sql: any, input: string, many: string[], pick: 'one' | 'two'): Promise<void> { ${body} }\n`,
    );
    return checkSqlTexts(root, ['src'], allowed);
  }

  it.each([
    ["await sql.query('SELECT $1', [input]);", ''],
    ['await sql.query(`SELECT 1`);', ''],
    ['await sql.query(`SELECT 1 FROM ${TABLE} WHERE a = $1`, [input]);', ''],
    ['await sql.query(`SELECT 1 FROM ${SAME}`);', ''],
    ["await sql.query('SELECT ' + TABLE + ' ' + LOCAL);", 'const LOCAL = `FROM ${TABLE}`;'],
    [
      'await sql.query<{ a: string }>(LIMIT);',
      'const MOST = 50; const LIMIT = `SELECT 1 LIMIT ${2 * MOST}`;',
    ],
    ['await sql.query(STATEMENTS.two); await sql.query(STATEMENTS[pick]);', ''],
    ['await sql.query(input === "" ? STATEMENTS.one : LATER);', "const LATER = 'SELECT 2';"],
    [
      'for (const statement of [STATEMENTS.one, LATER]) await sql.query(statement);',
      "const LATER = 'SELECT 2';",
    ],
    [
      'for (const table of TABLES) await sql.query(`DROP TABLE ${table.name}`);',
      "const TABLES = [{ name: 'a' }, { name: 'b' }];",
    ],
    [
      'for (const [name, type] of FIELDS) await sql.query(`ALTER ${name} ${type}`);',
      "const FIELDS = [['a', 'b']] as const;",
    ],
    [
      'const [text, value] = input === "" ? [STATEMENTS.one, 1] : [STATEMENTS.two, input]; await sql.query(text, [value]);',
      '',
    ],
    ['const { one: text } = STATEMENTS; await sql.query(text);', ''],
    ["await sql.query(`SELECT ${['a', 'b'].map(fieldOf).join(', ')}, ${fieldOf('c')}`);", ''],
    ["await sql.query(named('a'));", ''],
    ["await sql.query({ text: 'SELECT $1', values: [input] });", ''],
    [
      'await sql.query(copyFrom(COPY)); await sql.copyIn(COPY, many);',
      "const COPY = 'COPY app.a FROM STDIN';",
    ],
    [
      'await new State().run(sql);',
      'class State { run(sql: any) { return sql.query(`SELECT ${this.#now(3)}`); } #now(n: number) { return `$${n}`; } }',
    ],
    ['await sql.begin(input); console.log(`SELECT ${input}`);', ''],
  ])('lets pass: %s', (body, before) => {
    expect(check(body, { before }).violations).toEqual([]);
  });

  it.each([
    ['await sql.query(`SELECT 1 WHERE a = ${input}`);', '', 'input'],
    ["await sql.query('SELECT ' + input);", '', 'input'],
    ['await sql.query(input);', '', 'input'],
    ["await sql['query'](`SELECT ${input}`);", '', 'input'],
    ['await sql?.query(`SELECT ${input}`);', '', 'input'],
    ['await sql.query<{ a: 1 }>(`SELECT ${TABLE} ${input}`);', '', 'input'],
    ['const text = `SELECT ${input}`; await sql.query(text);', '', 'input'],
    ["let text = 'SELECT 1'; text += input; await sql.query(text);", '', 'text'],
    ['await sql.query(many.join());', '', 'many'],
    ["const parts = ['SELECT 1']; parts.push(input); await sql.query(parts.join(' '));", '', 'parts'],
    ["const parts = ['SELECT 1']; parts[0] = input; await sql.query(parts.join(' '));", '', 'parts'],
    [
      "const parts = ['SELECT 1']; many.forEach((one) => addTo(parts, one)); await sql.query(parts.join(' '));",
      'declare function addTo(parts: string[], one: string): void;',
      'parts',
    ],
    ["const texts = { one: 'SELECT 1' }; texts.one = input; await sql.query(texts.one);", '', 'texts'],
    ["await sql.query(['SELECT', input].join(' '));", '', 'input'],
    ['for (const table of many) await sql.query(`DROP TABLE ${table}`);', '', 'many'],
    ['await sql.query(`SELECT ${many.map(fieldOf).join()}`);', '', 'many'],
    ['await sql.query(named(input));', '', 'name'],
    ['await sql.query(fieldOf(input));', '', 'input'],
    ['await sql.query(input === "" ? STATEMENTS.one : input);', '', 'input'],
    ['await sql.query(STATEMENTS[pick] ?? input);', '', 'input'],
    ['await sql.query({ text: `SELECT ${input}` });', '', 'input'],
    ['await sql.copyIn(`COPY ${input} FROM STDIN`, many);', '', 'input'],
    ['await sql.query(copyFrom(`COPY ${input} FROM STDIN`));', '', 'input'],
    ['const TABLE = input; await sql.query(`SELECT 1 FROM ${TABLE}`);', '', 'input'],
    ['const { query } = sql; await query(`SELECT ${input}`);', '', 'input'],
    ['await sql.query.call(sql, input);', '', 'query.call'],
    ['await sql.createQueryBuilder().where(input);', '', 'createQueryBuilder'],
    ['await sql.query(`SELECT ${process.env.X}`);', '', 'process'],
    [
      'await sql.query(recursive(input));',
      'const recursive = (a: string): string => recursive(a);',
      'recursive',
    ],
    [
      'await new State().run(sql, input);',
      "class State { run(sql: any, a: string) { return sql.query(`SELECT ${this.own(a)}`); } own(a: string) { return 'x'; } }",
      'this',
    ],
  ])('finds: %s', (body, before, culprit) => {
    const { violations } = check(body, { before });
    expect(violations).toHaveLength(1);
    expect(`${violations[0]?.text} ${violations[0]?.why}`).toContain(culprit);
    expect(violations[0]).toMatchObject({ file: 'src/a.ts' });
  });

  it('leaves tests and their helpers out, and looks into every folder', () => {
    const body = 'await sql.query(input);';
    for (const file of ['src/a.test.ts', 'src/testing/a.ts'])
      expect(check(body, { file }).violations).toEqual([]);
    expect(check(body, { file: 'src/deep/er/a.ts' }).violations).toHaveLength(1);
  });

  it('takes an exception for the one text that it names, and tells when nothing needs it', () => {
    const exception = { file: 'src/a.ts', within: 'send', text: 'input', reason: 'a test' };
    const allowed = [exception];
    expect(check('await sql.query(input);', { allowed })).toMatchObject({ violations: [], unused: [] });
    expect(check('await sql.query(input + input);', { allowed }).violations).toHaveLength(1);
    expect(check("await sql.query('SELECT 1');", { allowed }).unused).toEqual([exception]);
  });
});
