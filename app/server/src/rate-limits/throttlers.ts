import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { ThrottlerModuleOptions, ThrottlerStorage } from '@nestjs/throttler';
import type { Request } from 'express';
import { Budget, type BudgetName, BUDGETS } from '../common/budget.ts';
import type { SecurityConfiguration } from '../common/configuration/security-schema.ts';
import { addressGroup } from '../common/http/address.ts';
import { currentRequest } from '../common/request-context.ts';
import { WINDOW_MS } from './sliding-window.ts';

/** As problems name them: `more than 10 requests to sign in`. */
const DONE: Readonly<Record<BudgetName, string>> = {
  reading: 'to read',
  writing: 'to write',
  login: 'to sign in',
  'step-up': 'with the password',
  exports: 'for exports',
  ai: 'for AI analyses',
  session: 'for the session',
};

const ADDRESS = 'address:';

export const addressTracker = (): string => ADDRESS + addressGroup(currentRequest()?.address ?? '');

export const isOfAddress = (key: string, budget: string): boolean => key.startsWith(`${budget}:${ADDRESS}`);

/** By address until it is known who asks; then by account or key, from wherever it is used. */
function tracker(): string {
  const principal = currentRequest()?.principal;
  if (principal === undefined) return addressTracker();
  return principal.kind === 'session' ? `user:${principal.userId}` : `key:${principal.keyId}`;
}

/** Of passwords, once it is known whose; before that it is any request that would write. */
const stepUpLimit = ({ loginPerMinute, writingPerMinute }: SecurityConfiguration['rateLimit']): number =>
  currentRequest()?.principal === undefined ? writingPerMinute : loginPerMinute;

function limitOf(name: BudgetName, rateLimit: SecurityConfiguration['rateLimit']): number | (() => number) {
  if (name === 'step-up') return () => stepUpLimit(rateLimit);
  return name === 'session' ? rateLimit.readingPerMinute : rateLimit[`${name}PerMinute`];
}

/** One throttler for each budget, of which each request has one, whatever its route. */
export function throttlerOptions(
  rateLimit: SecurityConfiguration['rateLimit'],
  storage: ThrottlerStorage,
  reflector: Reflector,
): ThrottlerModuleOptions {
  const budgetOf = (context: ExecutionContext): BudgetName => {
    const named = reflector.getAllAndOverride(Budget, [context.getHandler(), context.getClass()]);
    const { method } = context.switchToHttp().getRequest<Request>();
    return named ?? (method === 'GET' || method === 'HEAD' ? 'reading' : 'writing');
  };
  return {
    storage,
    getTracker: tracker,
    generateKey: (_context, subject, budget) => `${budget}:${subject}`,
    errorMessage: (context, { limit, timeToBlockExpire }) =>
      `more than ${limit} requests ${DONE[budgetOf(context)]} in a minute; try again in ${timeToBlockExpire} s`,
    throttlers: BUDGETS.map((name) => ({
      name,
      ttl: WINDOW_MS,
      limit: limitOf(name, rateLimit),
      skipIf: (context) => budgetOf(context) !== name,
    })),
  };
}
