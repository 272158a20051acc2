import type { Answer, Gateway, UpstreamCall } from '../gateway/gateway.ts';
import type { Fetched } from '../provider.ts';
import { SourceError } from '../source-error.ts';
import type { Parameters, UpstreamFunction } from './functions.ts';
import { pathOf } from './request.ts';
import { readRows, violated } from './rows.ts';

export interface Question<Value> {
  readonly of: UpstreamFunction;
  readonly parameters: Parameters;
  readonly read: (body: string) => Value;
  /** For questions about the whole market; see `keep` of the gateway. */
  readonly freshMs?: number;
}

function questionOf<Value>(
  of: UpstreamFunction,
  parameters: Parameters,
  read: (body: string) => Value,
): Omit<UpstreamCall<Value>, 'keep' | 'reference'> {
  const { name: operation, host, cost, deadlineMs, maxBytes } = of;
  return {
    operation,
    host,
    cost: typeof cost === 'number' ? cost : cost(parameters),
    path: pathOf(of, parameters),
    limits: { deadlineMs, maxBytes },
    read,
  };
}

function readReference(of: UpstreamFunction, body: string): void {
  if (readRows(of, body).length === 0)
    throw violated('too_few_rows', `${of.name} has nothing of its reference`);
}

/** @throws SourceError */
export async function ask<Value>(
  gateway: Gateway,
  { of, parameters, read, freshMs }: Question<Value>,
  signal: AbortSignal | undefined,
): Promise<Answer<Value>> {
  const { name, reference } = of;
  const { symbol } = parameters;
  const what = symbol === undefined ? name : `${name} of ${symbol.slice(0, 20)}`;
  const call = {
    ...questionOf(of, parameters, read),
    keep: freshMs === undefined ? undefined : { freshMs },
    reference: reference && questionOf(of, reference, (body) => readReference(of, body)),
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
