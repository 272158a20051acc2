import { describe, expect, it } from 'vitest';
import {
  childOf,
  formatTraceparent,
  parseTraceparent,
  parseTracestate,
  traceHeadersOf,
} from './trace-context.ts';

/** The example of the recommendation. */
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const EXAMPLE = `00-${TRACE}-${SPAN}-01`;

describe('traceparent', () => {
  it('is read and written', () => {
    const trace = parseTraceparent(EXAMPLE);
    expect(trace).toEqual({ traceId: TRACE, spanId: SPAN, sampled: true });
    expect(trace && formatTraceparent(trace)).toBe(EXAMPLE);
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-00`)?.sampled).toBe(false);
  });

  it.each([
    ['other bits of the flags', `00-${TRACE}-${SPAN}-03`, true],
    ['flags without that of sampling', `00-${TRACE}-${SPAN}-fe`, false],
    ['a later version', `cc-${TRACE}-${SPAN}-01`, true],
    ['a later version with more behind it', `cc-${TRACE}-${SPAN}-01-what-comes`, true],
  ])('is read with %s', (_what, header, sampled) => {
    expect(parseTraceparent(header)).toEqual({ traceId: TRACE, spanId: SPAN, sampled });
  });

  it.each([
    ['nothing', ''],
    ['the version ff', `ff-${TRACE}-${SPAN}-01`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['capital letters', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['capital letters in the version', `CC-${TRACE}-${SPAN}-01`],
    ['more behind version 00', `${EXAMPLE}-more`],
    ['something behind a later version that is not set off', `cc-${TRACE}-${SPAN}-01what`],
    ['a short trace id', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['a long span id', `00-${TRACE}-${SPAN}0-01`],
    ['no flags', `00-${TRACE}-${SPAN}`],
    ['flags that are none', `00-${TRACE}-${SPAN}-0x`],
    ['two headers', `${EXAMPLE}, ${EXAMPLE}`],
    ['blanks around it', ` ${EXAMPLE}`],
    ['a line break', `${EXAMPLE}\n`],
  ])('is none with %s', (_what, header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });
});

describe('tracestate', () => {
  it.each([
    ['one member', 'rojo=00f067aa0ba902b7', 'rojo=00f067aa0ba902b7'],
    ['several, with blanks and empty ones', 'a=1 ,\t b=2,, c@d=3', 'a=1,b=2,c@d=3'],
    ['a value with blanks inside', 'a=x y', 'a=x y'],
    ['a key of a tenant that begins with a digit', '0x@b=1', '0x@b=1'],
  ])('is kept: %s', (_what, header, kept) => {
    expect(parseTracestate(header)).toBe(kept);
  });

  it.each([
    ['nothing', ' , '],
    ['the same key twice', 'a=1,a=2'],
    ['no key', '=1'],
    ['no value', 'a='],
    ['no equals sign', 'a'],
    ['a capital letter in a key', 'A=1'],
    ['an equals sign in a value', 'a=b=c'],
    ['what is not ASCII', 'a=é'],
    ['a blank that is not ASCII', '\u00a0a=1'],
    ['33 members', Array.from({ length: 33 }, (_, at) => `k${at}=1`).join()],
    ['too long a value', `a=${'x'.repeat(257)}`],
    ['too long a key', `${'a'.repeat(257)}=1`],
  ])('is left out: %s', (_what, header) => {
    expect(parseTracestate(header)).toBeUndefined();
  });

  it('is cut by whole members: first long ones, then those at the end', () => {
    const long = `long=${'x'.repeat(200)}`;
    const short = Array.from({ length: 10 }, (_, at) => `k${at}=${'y'.repeat(55)}`);
    const kept = parseTracestate([short[0], long, ...short.slice(1)].join());
    expect(kept).toBe(short.slice(0, 8).join());
    expect(kept?.length).toBeLessThanOrEqual(512);
  });
});

describe('a part of a trace', () => {
  it('stays in it, under an id of its own', () => {
    const parent = { traceId: TRACE, spanId: SPAN, sampled: true, state: 'a=1' };
    const child = childOf(parent);
    expect(child).toEqual({ ...parent, spanId: expect.stringMatching(/^[\da-f]{16}$/) });
    expect(child.spanId).not.toBe(SPAN);
    expect(traceHeadersOf(child)).toEqual({
      traceparent: `00-${TRACE}-${child.spanId}-01`,
      tracestate: 'a=1',
    });
  });

  it('begins one that nobody had, and is not recorded', () => {
    const made = Array.from({ length: 2_000 }, () => childOf(undefined));
    expect(new Set(made.map(({ traceId }) => traceId))).toHaveLength(2_000);
    expect(new Set(made.map(({ spanId }) => spanId))).toHaveLength(2_000);
    for (const trace of made)
      expect(parseTraceparent(formatTraceparent(trace))).toEqual({ ...trace, sampled: false });
  });
});
