import { describe, expect, it } from 'vitest';
import { chooseAddresses, overlap } from './addresses.ts';
import { holderInTheWay } from './local/ownership.ts';
import { identify, isAlive, startTimeOf } from './processes.ts';

describe('chooseAddresses', () => {
  it('takes no range in which the machine has a route', () => {
    const chosen = chooseAddresses(['198.51.100.0/24', '10.244.3.0/24', '10.0.0.0/9']);
    expect(chosen).toEqual({
      node: '203.0.113.1',
      podRange: '10.201.0.0/16',
      serviceRange: '10.202.0.0/16',
      apiService: '10.202.0.1',
      dnsService: '10.202.0.10',
    });
  });

  it('says which routes are in the way when nothing is free', () => {
    expect(() => chooseAddresses(['0.0.0.0/0'])).toThrow(/no free node address .*\(0\.0\.0\.0\/0\)/);
  });

  it.each([
    ['10.0.0.0/8', '10.96.0.0/16', true],
    ['10.96.0.0/16', '10.97.0.1', false],
    ['198.51.100.1', '198.51.100.1/32', true],
  ])('%s and %s overlap: %s', (a, b, expected) => expect(overlap(a, b)).toBe(expected));
});

describe('holderInTheWay', () => {
  const record = { clone: '/elsewhere', since: '2026-01-01T00:00:00Z' };

  it('names the clone that holds a living cluster and what to run', () => {
    expect(holderInTheWay(record, '/here')).toMatch(/\/elsewhere.*make cluster-down/);
  });

  it('passes over nobody and ourselves', () => {
    expect(holderInTheWay(undefined, '/here')).toBeUndefined();
    expect(holderInTheWay(record, '/elsewhere')).toBeUndefined();
  });
});

describe('process identity', () => {
  it('reads the start time behind a command with blanks and parentheses', () => {
    const fields = Array.from({ length: 22 }, (_, index) => String(index + 3));
    expect(startTimeOf(`7 (a b) c) ${fields.join(' ')}`)).toBe('22');
  });

  it('never takes a recycled pid for the process that had it before', () => {
    const self = identify(process.pid);
    expect(self && isAlive(self)).toBe(true);
    expect(isAlive({ pid: process.pid, startTime: '1' })).toBe(false);
  });
});
