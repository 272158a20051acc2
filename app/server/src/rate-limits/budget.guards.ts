import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerGuard,
  type ThrottlerLimitDetail,
  type ThrottlerModuleOptions,
  type ThrottlerRequest,
} from '@nestjs/throttler';
import { TooManyRequestsError } from '../common/errors.ts';
import { currentRequest } from '../common/request-context.ts';
import type { BudgetStorage } from './budget-storage.ts';
import { addressTracker } from './throttlers.ts';

/** The package's guard with the headers of draft-ietf-httpapi-ratelimit-headers-10 and our problem for who is refused. */
abstract class BudgetGuard extends ThrottlerGuard {
  protected override async handleRequest(request: ThrottlerRequest): Promise<boolean> {
    const { context, limit, ttl, throttler, blockDuration, getTracker, generateKey } = request;
    const { name = '' } = throttler;
    const { req, res } = this.getRequestResponse(context);
    const tracker = await getTracker(req, context);
    const key = generateKey(context, tracker, name);
    // Before it is counted: who cannot be counted learns the limit, too.
    this.setResponseHeader(res, 'RateLimit-Policy', `"${name}";q=${limit};w=${ttl / 1000}`);
    const record = await this.storageService.increment(key, ttl, limit, blockDuration, name);
    const { isBlocked, totalHits, timeToExpire, timeToBlockExpire } = record;
    const seconds = isBlocked ? timeToBlockExpire : timeToExpire;
    this.setResponseHeader(res, 'RateLimit', `"${name}";r=${limit - totalHits};t=${seconds}`);
    if (isBlocked) await this.throwThrottlingException(context, { ...record, limit, ttl, key, tracker });
    return true;
  }

  protected override async throwThrottlingException(
    context: ExecutionContext,
    detail: ThrottlerLimitDetail,
  ): Promise<void> {
    throw new TooManyRequestsError(await this.getErrorMessage(context, detail), detail.timeToBlockExpire);
  }
}

/**
 * Before it is known who asks: whoever tries out keys or passwords is stopped by the address. What turns out to be
 * somebody's is taken back from the address by the next guard.
 */
@Injectable()
export class AddressBudgetGuard extends BudgetGuard {}

/** After it is known who asks: an account or a key has a budget of its own. Signing in is counted by address alone. */
@Injectable()
export class PrincipalBudgetGuard extends BudgetGuard {
  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @InjectThrottlerStorage() protected override readonly storageService: BudgetStorage,
    reflector: Reflector,
  ) {
    super(options, storageService, reflector);
  }

  protected override shouldSkip(): Promise<boolean> {
    return Promise.resolve(currentRequest()?.principal === undefined);
  }

  protected override async handleRequest(request: ThrottlerRequest): Promise<boolean> {
    const { context, throttler, generateKey } = request;
    const { name = '' } = throttler;
    if (name === 'login') return true;
    this.storageService.takeBack(generateKey(context, addressTracker(), name));
    return await super.handleRequest(request);
  }
}
