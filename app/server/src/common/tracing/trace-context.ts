import { randomFillSync } from 'node:crypto';

/**
 * Where in a trace something happens, as W3C Trace Context (Recommendation, level 1) has it: https://www.w3.org/TR/trace-context/
 */
export interface TraceContext {
  /** 32 hexadecimal digits, not all zero: the same for everything that one request or job causes, in any process. */
  readonly traceId: string;
  /** 16 hexadecimal digits, not all zero: this part of it. */
  readonly spanId: string;
  /** Whether its spans are recorded and sent; decided once, where the trace began. */
  readonly sampled: boolean;
  /** `tracestate`: what other systems keep with the trace. Passed on, never read. */
  readonly state?: string;
}

const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const ZEROS = /^0+$/;
const SAMPLED = 1;

/**
 * Reads a `traceparent`; undefined for one that is not valid, for which a new trace begins. A version that is not known
 * yet is read as far as version 00 goes; ff is none. Several headers of the name come here as one with commas: not valid.
 */
export function parseTraceparent(header: string): TraceContext | undefined {
  const [, version, traceId = '', spanId = '', flags = '', rest] = TRACEPARENT.exec(header) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (ZEROS.test(traceId) || ZEROS.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

export function formatTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** The headers that tell another system of a trace. */
export function traceHeadersOf(trace: TraceContext): Readonly<Record<string, string>> {
  const traceparent = formatTraceparent(trace);
  return trace.state === undefined ? { traceparent } : { traceparent, tracestate: trace.state };
}

const MEMBER_KEY = /^(?:[a-z][\da-z_*/-]{0,255}|[\da-z][\da-z_*/-]{0,240}@[a-z][\da-z_*/-]{0,13})$/;
/** Printable ASCII without comma and equals sign; a blank is not the last character. */
const MEMBER_VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
/** So that `trim` takes away blanks and tabs only. */
const NOT_ALLOWED = /[^\t\x20-\x7e]/;
const MOST_MEMBERS = 32;
/** What has to be passed on at least; what is more goes, long members first, then those at the end. */
const LONGEST_STATE = 512;
const LONG_MEMBER = 128;

function shortened(members: readonly string[]): string {
  const left = [...members];
  while (left.join().length > LONGEST_STATE) {
    const long = left.findLastIndex((member) => member.length > LONG_MEMBER);
    left.splice(long === -1 ? left.length - 1 : long, 1);
  }
  return left.join();
}

/** Reads a `tracestate`; undefined for one that is empty or not valid: then all of it is left out. */
export function parseTracestate(header: string): string | undefined {
  if (NOT_ALLOWED.test(header)) return undefined;
  const members = header
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
  const keys = members.map((member) => member.slice(0, Math.max(0, member.indexOf('='))));
  const isValid =
    members.length <= MOST_MEMBERS &&
    new Set(keys).size === keys.length &&
    members.every((member, index) => {
      const key = keys[index] ?? '';
      return MEMBER_KEY.test(key) && MEMBER_VALUE.test(member.slice(key.length + 1));
    });
  return isValid && members.length > 0 ? shortened(members) : undefined;
}

const POOL = Buffer.alloc(4_096);
let used = POOL.length;

/** So many random bytes as hexadecimal digits, never all zero. Asking the system for each alone would cost a call of it. */
function randomHex(bytes: number): string {
  if (used + bytes > POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  const hex = POOL.toString('hex', used, used + bytes);
  used += bytes;
  return ZEROS.test(hex) ? randomHex(bytes) : hex;
}

export const newTraceId = (): string => randomHex(16);
export const newSpanId = (): string => randomHex(8);

/** A part of the trace of `parent`, or the first of a new one, which is not recorded. */
export function childOf(parent: TraceContext | undefined): TraceContext {
  const spanId = newSpanId();
  return parent === undefined
    ? { traceId: newTraceId(), spanId, sampled: false }
    : Object.assign({}, parent, { spanId });
}
