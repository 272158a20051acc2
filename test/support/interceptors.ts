/** What may be done to a request between operator and API server, see fault-proxy.ts. */
import type { Transform } from 'node:stream';
import type { RequestTarget } from './request-target.ts';
import type { RequestRecord } from './write-log.ts';

/** One request on its way. */
export interface Exchange {
  readonly target: RequestTarget;
  readonly record: RequestRecord;
  readonly path: string;
  readonly body: Buffer;
}

export interface ProxyReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** What becomes of a request: `answer` replies in the API server's place, `cut` closes the connection, `hang` keeps it. */
export type Decision =
  | { readonly kind: 'pass' }
  | { readonly kind: 'answer'; readonly reply: ProxyReply }
  | { readonly kind: 'cut' }
  | { readonly kind: 'hang' };

export const PASS: Decision = { kind: 'pass' };
export const CUT: Decision = { kind: 'cut' };

export type Judgement = Decision | undefined | Promise<Decision | undefined>;

/** All members are optional; undefined means `pass`. `afterApply` and `afterReply` are called for writes only. */
export interface Interceptor {
  beforeForward?(exchange: Exchange): Judgement;
  afterApply?(exchange: Exchange, reply: ProxyReply): Judgement;
  afterReply?(exchange: Exchange, reply: ProxyReply): void;
  /** A transform for the bytes of a watch: one JSON event per line. */
  watchStream?(exchange: Exchange): Transform | undefined;
}

/** A reply in the shape of the API server's errors. */
export function statusReply(
  status: number,
  reason: string,
  message: string,
  headers: Record<string, string> = {},
): ProxyReply {
  const body = { apiVersion: 'v1', kind: 'Status', status: 'Failure', code: status, reason, message };
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

export const POSITIONS = ['before-forward', 'after-apply', 'after-reply'] as const;
export type Position = (typeof POSITIONS)[number];

export function parsePosition(text: string): Position {
  const found = POSITIONS.find((position) => position === text);
  if (found === undefined) throw new Error(`${text} is none of ${POSITIONS.join(', ')}`);
  return found;
}

/**
 * Calls `callback` once, at the given place of write `number` (Leases are not counted). With `before-forward` the write
 * is then dropped: the callback is meant to kill the operator, and a dead process sends nothing.
 */
export function atWrite(
  number: number,
  position: Position,
  callback: (exchange: Exchange) => void,
): Interceptor {
  const hit = ({ record }: Exchange): boolean => record.kind === 'write' && record.number === number;
  const call = (exchange: Exchange): Decision => {
    callback(exchange);
    return CUT;
  };
  if (position === 'before-forward')
    return { beforeForward: (exchange) => (hit(exchange) ? call(exchange) : PASS) };
  if (position === 'after-apply')
    return { afterApply: (exchange) => (hit(exchange) ? call(exchange) : PASS) };
  return {
    afterReply: (exchange) => {
      if (hit(exchange)) callback(exchange);
    },
  };
}
