import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareQuantities } from '../api/index.ts';
import { COMPUTE, computeOf, heapMebibytes, shareOfMemory } from './compute.ts';

const defaults = COMPUTE.server;

describe('computeOf', () => {
  it('takes the defaults where the spec is silent', () => {
    expect(computeOf(undefined, defaults)).toEqual(defaults);
  });

  it('never asks for more than the limit, whichever side the spec gives', () => {
    const memory = fc.option(
      fc.integer({ min: 1, max: 4096 }).map((value) => `${value}Mi`),
      { nil: undefined },
    );
    fc.assert(
      fc.property(memory, memory, (request, limit) => {
        fc.pre(request === undefined || limit === undefined || compareQuantities(request, limit) <= 0);
        const spec = {
          ...(request === undefined ? {} : { requests: { memory: request } }),
          ...(limit === undefined ? {} : { limits: { memory: limit } }),
        };
        const { requests, limits } = computeOf(spec, defaults);
        expect(compareQuantities(requests.memory, limits.memory)).toBeLessThanOrEqual(0);
        expect(requests.memory).toBe(request ?? requests.memory);
        expect(limits.memory).toBe(limit ?? limits.memory);
      }),
    );
  });
});

describe('memory shares', () => {
  it('leave a quarter of the limit outside of the heap', () => {
    expect(heapMebibytes('512Mi')).toBe(384);
    expect(heapMebibytes('1Gi')).toBe(768);
  });

  it('are written as postgresql.conf reads them', () => {
    expect(shareOfMemory('1Gi', 0.25)).toBe('256MB');
  });
});
