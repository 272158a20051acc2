import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  parseQuantity,
  parseSpec,
  schemaHash,
  schemaHashIn,
  specSchema,
  statusSchema,
  stockAnalysisCrd,
  structuralSchema,
  compareQuantities,
} from './index.ts';
import { lintStructural } from './testing/lint-structural.ts';

describe('the generated schema', () => {
  it.each([
    ['spec', specSchema],
    ['status', statusSchema],
  ] as const)('of %s is structural, bounded and described', (name, schema) => {
    expect(lintStructural(structuralSchema(schema), name)).toEqual([]);
  });

  it('gives the same defaults as the code', () => {
    const parsed = parseSpec(undefined);
    expect(parsed).toEqual({ ok: true, spec: structuralSchema(specSchema)['default'] });
  });

  it('stays far below the size that client-side apply can take', () => {
    expect(JSON.stringify(stockAnalysisCrd()).length).toBeLessThan(100_000);
  });

  it('carries its hash where any account may read it', () => {
    const description = JSON.stringify(stockAnalysisCrd());
    expect(schemaHashIn(description)).toBe(schemaHash());
    expect(schemaHashIn('no hash here')).toBeUndefined();
  });
});

describe('lintStructural', () => {
  it('finds what the API server would refuse', () => {
    const bad = {
      type: 'object',
      properties: {
        a: { description: 'a', type: 'string' },
        b: {
          description: 'b',
          type: 'array',
          maxItems: 1,
          items: { $ref: '#/x', type: 'string', maxLength: 1 },
        },
        c: { description: 'c', anyOf: [{ type: 'string' }] },
        d: { type: 'integer' },
      },
    };
    expect(lintStructural(bad)).toEqual([
      '.a: string without maxLength',
      '.b[]: $ref is not structural',
      '.c: no type',
      '.c: anyOf outside of int-or-string',
      '.d: no description',
    ]);
  });
});

describe('parseSpec', () => {
  it('names the field that is wrong', () => {
    expect(parseSpec({ server: { replicas: 0 } })).toMatchObject({
      ok: false,
      message: expect.stringContaining('spec.server.replicas'),
    });
  });

  it('takes bare numbers as quantities', () => {
    const parsed = parseSpec({ server: { resources: { limits: { cpu: 2 } } } });
    expect(parsed).toMatchObject({ ok: true, spec: { server: { resources: { limits: { cpu: '2' } } } } });
  });

  const samples = new URL('../../../manifests/samples/', import.meta.url);
  it.each(readdirSync(samples))('accepts the sample %s', (file) => {
    const sample: { spec: unknown } = parse(readFileSync(new URL(file, samples), 'utf8'));
    expect(parseSpec(sample.spec)).toMatchObject({ ok: true });
  });
});

describe('quantities', () => {
  it.each([
    ['500m', 0.5],
    ['1', 1],
    ['1Gi', 2 ** 30],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['2M', 2_000_000],
    ['1e3', 1_000],
    ['12E', 12e18],
  ])('%s is %d', (text, value) => expect(parseQuantity(text)).toBe(value));

  it.each(['', 'Gi', '1 Gi', '-1', '1gi'])('%j is none', (text) =>
    expect(parseQuantity(text)).toBeUndefined(),
  );

  it('compare by value', () => {
    expect(compareQuantities('1024Mi', '1Gi')).toBe(0);
    expect(compareQuantities('999M', '1Gi')).toBeLessThan(0);
  });
});
