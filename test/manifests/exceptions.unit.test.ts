import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { EXCEPTIONS, judge, readExceptions, type Exception } from './exceptions.ts';
import type { Finding } from './finding.ts';
import { GATES } from './gates.ts';
import { objectIn } from './manifest-set.ts';

const exception = (change: Partial<Exception> = {}): Exception => ({
  gate: 'scanner/GATE_1',
  of: 'chart',
  objects: ['*/Deployment/demo-*'],
  reason: 'what the gate asks for is done in another way here',
  date: '2026-11-26',
  ...change,
});
const finding = (object: string, gate = 'scanner/GATE_1'): Finding => ({ gate, object, says: 'wrong' });

describe('judge', () => {
  it.each([
    ['covers the gate and the objects that it names', [finding('defaults/Deployment/demo-server')], [], []],
    [
      'covers no other gate, kind or name',
      [
        finding('defaults/Deployment/demo-server', 'scanner/GATE_2'),
        finding('defaults/Job/demo-migrate'),
        finding('defaults/Deployment/other'),
      ],
      [
        'scanner/GATE_1 defaults/Deployment/other: wrong',
        'scanner/GATE_1 defaults/Job/demo-migrate: wrong',
        'scanner/GATE_2 defaults/Deployment/demo-server: wrong',
      ],
      ['scanner/GATE_1 */Deployment/demo-*'],
    ],
    ['is unused where nothing is found', [], [], ['scanner/GATE_1 */Deployment/demo-*']],
  ])('%s', (_what, findings, refused, unused) => {
    expect(judge(findings, 'chart', [exception()])).toEqual({ refused, unused });
  });

  it('lets the exception for one maker speak for no other', () => {
    const findings = [finding('defaults/Deployment/demo-server')];
    const { refused, unused } = judge(findings, 'operator', [exception()]);
    expect(refused).toHaveLength(1);
    expect(unused).toEqual([]);
  });

  it('looks at each pattern of an exception', () => {
    const objects = ['!(hardened)/Deployment/demo', 'hardened/Job/demo'];
    const findings = [finding('defaults/Deployment/demo'), finding('hardened/Deployment/demo')];
    expect(judge(findings, 'chart', [exception({ objects })])).toEqual({
      refused: ['scanner/GATE_1 hardened/Deployment/demo: wrong'],
      unused: ['scanner/GATE_1 hardened/Job/demo'],
    });
  });
});

describe('readExceptions', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'exceptions-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function read(...entries: unknown[]): readonly Exception[] {
    const file = join(folder, 'exceptions.yaml');
    writeFileSync(file, stringify(entries));
    return readExceptions(file);
  }

  it.each([
    ['a pattern for a gate', { gate: 'scanner/*' }, /a gate is SCANNER\/ID/],
    ['objects of any depth', { objects: ['**'] }, /a pattern is SET\/KIND\/NAME/],
    ['no reason', { reason: 'moot' }, /a reason says why/],
    ['a day that there is not', { date: '2026-02-30' }, /date/],
    ['a word that it does not know', { until: '2027-01-01' }, /until/],
  ])('refuses %s', (_what, change, message) => {
    expect(() => read({ ...exception(), ...change })).toThrow(message);
  });

  it('refuses the same gate for the same objects twice', () => {
    expect(() => read(exception(), exception())).toThrow('excepted twice: scanner/GATE_1 chart');
  });

  it('reads ours, which except required gates and few others', () => {
    const others = readExceptions(EXCEPTIONS).filter(({ gate }) => !GATES.includes(gate));
    expect(new Set(others.map(({ gate }) => gate))).toEqual(new Set(['trivy/KSV-0125']));
  });
});

describe('objectIn', () => {
  it('finds the object of a file', () => {
    expect(objectIn('defaults/ns/CustomResourceDefinition.a.b.c.yaml')).toBe(
      'defaults/CustomResourceDefinition/a.b.c',
    );
    expect(objectIn('/defaults/-/ClusterRole.x.yaml')).toBe('defaults/ClusterRole/x');
  });

  it('refuses a file that holds none', () => {
    expect(() => objectIn('somewhere/else')).toThrow('somewhere/else');
  });
});
