import { expect, it } from 'vitest';
import type { Entry, Origin } from './entry.ts';
import { Grouper } from './group.ts';

const ORIGIN: Origin = { component: 'postgres', namespace: 'a', pod: 'p', container: 'c' };

function entriesOf(lines: readonly string[]): Pick<Entry, 'text' | 'more' | 'level'>[] {
  const grouper = new Grouper(ORIGIN, () => 0n);
  const all = lines.map((text, index) => grouper.push({ at: BigInt(index), text }));
  return [...all, grouper.flush()]
    .filter((entry) => entry !== undefined)
    .map(({ text, more, level }) => (level ? { text, more, level } : { text, more }));
}

it('keeps what PostgreSQL adds with the error of the same process', () => {
  const prefix = '2026-11-26 08:00:00.000 UTC [';
  const error = `${prefix}7] app_a@stock_analysis ERROR:  duplicate key`;
  const detail = `${prefix}7] app_a@stock_analysis DETAIL:  Key (id)=(1)`;
  const statement = `${prefix}7] app_a@stock_analysis STATEMENT:  INSERT`;
  const foreign = `${prefix}8] app_a@stock_analysis DETAIL:  of another`;
  const log = `${prefix}1] LOG:  checkpoint`;
  expect(entriesOf([error, detail, statement, '\tINTO a', foreign, log])).toEqual([
    { text: error, more: [detail, statement, '\tINTO a'], level: 'error' },
    { text: foreign, more: [] },
    { text: log, more: [], level: 'info' },
  ]);
});

it('keeps the traceback of Python with its record, to what was raised', () => {
  const lines = [
    'ERROR:    Exception in ASGI application',
    'Traceback (most recent call last):',
    '  File "a.py", line 1, in f',
    '    g()',
    'ValueError: no data',
    '',
    'During handling of the above exception, another exception occurred:',
    '',
    'Traceback (most recent call last):',
    '  File "a.py", line 3, in f',
    'RuntimeError: neither',
    'INFO:     10.0.0.1 - "GET / HTTP/1.1" 500',
  ];
  const [error, info] = entriesOf(lines);
  expect(error).toEqual({ text: lines[0], more: lines.slice(1, -1), level: 'error' });
  expect(info).toEqual({ text: lines.at(-1), more: [], level: 'info' });
});

it('reads the severities of operator and application', () => {
  expect(entriesOf(['{"level":40,"msg":"a"}', '{"level":"fatal","msg":"b"}', '{"level":', 'words'])).toEqual([
    { text: '{"level":40,"msg":"a"}', more: [], level: 'warn' },
    { text: '{"level":"fatal","msg":"b"}', more: [], level: 'fatal' },
    { text: '{"level":', more: [] },
    { text: 'words', more: [] },
  ]);
});

it('gives what comes late the severity of what it belongs to', () => {
  const grouper = new Grouper(ORIGIN, () => 0n);
  grouper.push({ at: 1n, text: 'ERROR:    broken' });
  expect(grouper.flush()?.level).toBe('error');
  grouper.push({ at: 2n, text: '    at f (a.js:1)' });
  expect(grouper.flush()).toMatchObject({ at: 2n, level: 'error' });
});

it('holds no more than so many lines in one entry', () => {
  const entries = entriesOf(['ERROR:    broken', ...Array.from({ length: 1200 }, () => '  frame')]);
  expect(entries.map(({ more }) => more.length)).toEqual([500, 500, 198]);
  expect(entries.every(({ level }) => level === 'error')).toBe(true);
});

it('gives a line without a time the one before it, and the first of all the clock', () => {
  const grouper = new Grouper(ORIGIN, () => 99n);
  grouper.push({ at: undefined, text: 'a' });
  expect(grouper.push({ at: 5n, text: 'b' })?.at).toBe(99n);
  expect(grouper.push({ at: undefined, text: 'c' })?.at).toBe(5n);
  expect(grouper.flush()?.at).toBe(5n);
});
