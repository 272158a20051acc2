import { SetMetadata } from '@nestjs/common';

/** What requests are counted as; `security.rateLimit` says how many of each there may be in a minute. */
export const BUDGETS = ['reading', 'writing', 'login', 'exports', 'ai'] as const;
export type BudgetName = (typeof BUDGETS)[number];

export const BUDGET = 'rate-limit-budget';

/** Metadata of routes that are not counted. */
export const UNLIMITED = 'unlimited';

/** Counts the route in this budget; without it GET and HEAD are `reading`, everything else is `writing`. */
export const Budget = (name: BudgetName): MethodDecorator & ClassDecorator => SetMetadata(BUDGET, name);

/** For probes: what decides whether a process lives must not depend on how often others asked. */
export const Unlimited = (): MethodDecorator & ClassDecorator => SetMetadata(BUDGET, UNLIMITED);
