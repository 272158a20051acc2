import { Reflector } from '@nestjs/core';
import { SkipThrottle } from '@nestjs/throttler';

/**
 * What requests are counted as; `security.rateLimit` says how many of each there may be in a minute. `step-up` is the
 * password of somebody who is signed in: as many as `login`, and apart from those of the address. `session`: the page asks
 * for it at each step, and must hear of it also where the address has used up what it may read; as many as `reading`.
 */
export const BUDGETS = ['reading', 'writing', 'login', 'step-up', 'exports', 'ai', 'session'] as const;
export type BudgetName = (typeof BUDGETS)[number];

/** Counts the route in this budget; without it GET and HEAD are `reading`, everything else is `writing`. */
export const Budget = Reflector.createDecorator<BudgetName>();

/** For probes: what decides whether a process lives must not depend on how often others asked. */
export const Unlimited = (): MethodDecorator & ClassDecorator =>
  SkipThrottle(Object.fromEntries(BUDGETS.map((name) => [name, true])));
