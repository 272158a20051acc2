import type { Answer, Gateway } from '../gateway/gateway.ts';
import type { Fetched } from '../provider.ts';
import { SourceError } from '../source-error.ts';
import type { Parameters, UpstreamFunction } from './functions.ts';
import { pathOf } from './request.ts';

export interface Question<Value> {
  readonly of: UpstreamFunction;
  readonly parameters: Parameters;
  readonly read: (body: string) => Value;
  /** For questions about the whole market; see `keep` of the gateway. */
  readonly freshMs?: number;
}

/** @throws SourceError */
export async function ask<Value>(
  gateway: Gateway,
  { of, parameters, read, freshMs }: Question<Value>,
  signal: AbortSignal | undefined,
): Promise<Answer<Value>> {
  const { name, host, cost, deadlineMs, maxBytes } = of;
  const { symbol } = parameters;
  const what = symbol === undefined ? name : `${name} of ${symbol.slice(0, 20)}`;
  const call = {
    operation: name,
    host,
    cost: typeof cost === 'number' ? cost : cost(parameters),
    path: pathOf(of, parameters),
    limits: { deadlineMs, maxBytes },
    read,
    keep: freshMs === undefined ? undefined : { freshMs },
  };
  try {
    return await gateway.ask(call, signal);
  } catch (error) {
    throw error instanceof SourceError ? error.about(what) : error;
  }
}

/** An answer as the provider gives it. */
export function fetched<Value>(of: UpstreamFunction, answer: Answer<Value>): Fetched<Value> {
  return {
    origin: of.origin,
    operation: of.name,
    fetchedAt: answer.fetchedAt,
    ...(answer.stale ? { stale: true } : {}),
    outcome: 'data',
    value: answer.value,
  };
}
