import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeExceptions, judgeScan, readExceptions, type Exception, type Scan } from './exceptions.ts';

const DAY = '2026-11-26';
const exception: Exception = {
  id: 'CVE-2026-1',
  scan: 'image scan',
  package: 'libexample1',
  reason: 'the function at fault is not reachable',
  date: '2026-11-01',
  expires: '2027-01-01',
};
const found = { id: 'CVE-2026-1', package: 'libexample1', version: '1', severity: 'high', title: 'overflow' };
const ran: Scan = { name: 'image scan', ran: true, summary: '5 images', found: [found] };
const blind: Scan = { name: 'image scan', ran: false, reason: 'no database' };

describe('judgeScan', () => {
  it('fails with what no exception covers', () => {
    const verdict = judgeScan(ran, [], DAY);
    expect(verdict.outcome).toBe('failed');
    expect(verdict.findings).toEqual(['CVE-2026-1 high in libexample1 1: overflow']);
  });

  it('passes with what one covers, and says that it did', () => {
    expect(judgeScan(ran, [exception], DAY)).toMatchObject({
      outcome: 'passed',
      reason: '5 images, 1 excepted',
    });
  });

  it.each([
    ['expired', { expires: '2026-11-25' }],
    ['for another package', { package: 'libother1' }],
    ['for another id', { id: 'CVE-2026-2' }],
    ['for another scan', { scan: 'npm audit' as const }],
  ])('does not take one that is %s', (_, change) => {
    expect(judgeScan(ran, [{ ...exception, ...change }], DAY).outcome).toBe('failed');
  });

  it('is never clean when it did not run', () => {
    expect(judgeScan(blind, [exception], DAY)).toMatchObject({ outcome: 'not run', reason: 'no database' });
  });
});

describe('judgeExceptions', () => {
  it('passes while each is valid and used', () => {
    expect(judgeExceptions([exception], [ran], DAY).outcome).toBe('passed');
    expect(judgeExceptions([], [ran], DAY).outcome).toBe('passed');
  });

  it.each([
    ['expired', { expires: '2026-11-25' }, 'expired on 2026-11-25'],
    ['of tomorrow', { date: '2026-11-27' }, 'yet to come'],
    ['unused', { id: 'CVE-2026-2' }, 'excepts nothing'],
  ])('fails with one that is %s', (_, change, finding) => {
    const { outcome, findings } = judgeExceptions([{ ...exception, ...change }], [ran], DAY);
    expect(outcome).toBe('failed');
    expect(findings).toEqual([expect.stringContaining(finding)]);
  });

  it('calls none unused whose scan did not run, and says so', () => {
    const verdict = judgeExceptions([exception], [blind], DAY);
    expect(verdict).toMatchObject({ outcome: 'passed', reason: expect.stringContaining('is not known') });
  });
});

describe('readExceptions', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'exceptions-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (entry: object): Exception[] => {
    writeFileSync(join(folder, 'exceptions.yaml'), JSON.stringify([entry]));
    return readExceptions(folder);
  };

  it('reads the file of this checkout, of which none is expired', () => {
    expect(judgeExceptions(readExceptions(), [], new Date().toISOString().slice(0, 10)).findings).toEqual([]);
  });

  it('reads a complete entry', () => {
    expect(read(exception)).toEqual([exception]);
  });

  it.each([
    ['a reason that is none', { reason: 'ok' }, 'needs a reason'],
    ['no day', { date: 'yesterday' }, 'date'],
    ['more than half a year', { expires: '2027-06-01' }, 'at most 184 days'],
    ['an end before its beginning', { expires: '2026-10-01' }, 'at most 184 days'],
    ['an unknown scan', { scan: 'licences' }, 'scan'],
    ['an unknown key', { owner: 'somebody' }, 'owner'],
  ])('refuses %s, naming the file', (_, change, message) => {
    const reading = (): Exception[] => read({ ...exception, ...change });
    expect(reading).toThrow(message);
    expect(reading).toThrow(join(folder, 'exceptions.yaml'));
  });
});
