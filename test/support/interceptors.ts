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
export const HANG: Decision = { kind: 'hang' };

export type Judgement = Decision | undefined | Promise<Decision | undefined>;

/** All members are optional; undefined means `pass`. `afterApply` and `afterReply` are called for writes only. */
export interface Interceptor {
  beforeForward?(exchange: Exchange): Judgement;
  afterApply?(exchange: Exchange, reply: ProxyReply): Judgement;
  afterReply?(exchange: Exchange, reply: ProxyReply): void;
  /** Another path, with query, to send to the API server in place of the operator's. */
  rewrite?(exchange: Exchange): string | undefined;
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

/**
 * Calls `callback` at the given place of the writes that fit, and closes the connection where the operator still waits
 * for an answer: the callback is meant to kill it, and a dead process neither sends nor hears anything.
 */
export function atWrite(
  fits: (exchange: Exchange) => boolean,
  position: Position,
  callback: (exchange: Exchange) => void,
): Interceptor {
  const call = (exchange: Exchange): Decision => {
    if (exchange.record.kind !== 'write' || !fits(exchange)) return PASS;
    callback(exchange);
    return CUT;
  };
  if (position === 'before-forward') return { beforeForward: call };
  if (position === 'after-apply') return { afterApply: call };
  return { afterReply: (exchange) => void call(exchange) };
}
