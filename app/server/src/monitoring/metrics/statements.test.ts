import { expect, it } from 'vitest';
import { statementOf } from './statements.ts';

it.each([
  ['SELECT 1', 'select'],
  ['\n  insert INTO app.a VALUES ($1)', 'insert'],
  ['UPDATE app.a SET b = $1', 'update'],
  ['DELETE FROM app.a', 'delete'],
  ['COPY app.a FROM STDIN', 'copy'],
  ['BEGIN', 'transaction'],
  ['START TRANSACTION', 'transaction'],
  ['ROLLBACK', 'transaction'],
  ['WITH a AS (SELECT 1) SELECT * FROM a', 'select'],
  ['WITH a AS (SELECT 1 FOR UPDATE) INSERT INTO b SELECT * FROM a', 'insert'],
  ['WITH next AS (SELECT id FROM jobs.job FOR UPDATE SKIP LOCKED) UPDATE jobs.job SET state = 1', 'update'],
  ['LOCK TABLE app.a', 'other'],
  ['', 'other'],
])('%s is of %s', (sql, operation) => {
  expect(statementOf(sql).operation).toBe(operation);
});

it('is named by its first words and a digest, which no blank and no literal changes', () => {
  const sql = `SELECT id, name FROM app.symbols WHERE name = 'Kweichow''s' AND board = 12 AND code = $1`;
  const { name, text } = statementOf(sql);
  expect(name).toMatch(/^SELECT id, name FROM app\.symbols WHERE name = \?.{0,20} … [\da-f]{8}$/);
  expect(text).toContain('board = ? AND code = $1');
  expect(text).not.toContain('Kweichow');
  expect(statementOf(sql.replaceAll(' ', '\n   ').replace('12', '13'))).toEqual({
    name,
    text,
    operation: 'select',
  });
  expect(statementOf(`${sql} LIMIT 1`).name).not.toBe(name);
});
