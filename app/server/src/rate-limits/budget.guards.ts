import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import type { Principal } from '../common/access.ts';
import { BUDGET, type BudgetName, UNLIMITED } from '../common/budget.ts';
import { addressGroup } from '../common/http/address.ts';
import { currentRequest } from '../common/request-context.ts';
import { answerVerdict } from './answer.ts';
import { RateLimits, type Verdict } from './rate-limits.service.ts';

function budgetOf(reflector: Reflector, context: ExecutionContext): BudgetName | undefined {
  const named = reflector.getAllAndOverride<BudgetName | typeof UNLIMITED | undefined>(BUDGET, [
    context.getHandler(),
    context.getClass(),
  ]);
  if (named === UNLIMITED) return undefined;
  const { method } = context.switchToHttp().getRequest<Request>();
  return named ?? (method === 'GET' || method === 'HEAD' ? 'reading' : 'writing');
}

const addressSubject = (): string => `address:${addressGroup(currentRequest()?.address ?? '')}`;

const principalSubject = (principal: Principal): string =>
  principal.kind === 'session' ? `user:${principal.userId}` : `key:${principal.keyId}`;

/**
 * Before it is known who asks: whoever tries out keys or passwords is stopped by the address. What turns out to be
 * somebody's is taken back from the address by the next guard.
 */
@Injectable()
export class AddressBudgetGuard implements CanActivate {
  constructor(
    private readonly limits: RateLimits,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const budget = budgetOf(this.reflector, context);
    if (budget === undefined) return true;
    const verdict =
      budget === 'login'
        ? await this.limits.countExactly(budget, addressSubject())
        : this.limits.count(budget, addressSubject());
    this.limits.record(verdict);
    answerVerdict(verdict, context.switchToHttp().getResponse<Response>());
    return true;
  }
}

/** After it is known who asks: an account or a key has a budget of its own, from wherever it is used. */
@Injectable()
export class PrincipalBudgetGuard implements CanActivate {
  constructor(
    private readonly limits: RateLimits,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const budget = budgetOf(this.reflector, context);
    if (budget === undefined || budget === 'login') return true;
    const principal = currentRequest()?.principal;
    if (principal === undefined) return true;
    this.limits.uncount(budget, addressSubject());
    const verdict = await this.verdictOf(budget, principalSubject(principal));
    this.limits.record(verdict);
    answerVerdict(verdict, context.switchToHttp().getResponse<Response>());
    return true;
  }

  /** Reading must not wait for a database that it may not even ask; everything else stores or costs something anyway. */
  private async verdictOf(budget: BudgetName, subject: string): Promise<Verdict> {
    return budget === 'reading'
      ? this.limits.count(budget, subject)
      : await this.limits.countExactly(budget, subject);
  }
}
