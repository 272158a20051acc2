import { Module } from '@nestjs/common';
import { DATABASE } from '../database/database.module.ts';
import type { Database } from '../database/sql.ts';
import { MonitoringModule } from '../monitoring/monitoring.module.ts';
import { AddressBudgetGuard, PrincipalBudgetGuard } from './budget.guards.ts';
import { PostgresRateLimitStore } from './postgres-store.ts';
import { RATE_LIMIT_STORE } from './rate-limit-store.ts';
import { RateLimits } from './rate-limits.service.ts';

/** The two guards, before and after it is known who asks; `app.module.ts` puts them in their places. */
@Module({
  imports: [MonitoringModule],
  providers: [
    RateLimits,
    AddressBudgetGuard,
    PrincipalBudgetGuard,
    {
      provide: RATE_LIMIT_STORE,
      useFactory: (database: Database) => new PostgresRateLimitStore(database),
      inject: [DATABASE],
    },
  ],
  exports: [AddressBudgetGuard, PrincipalBudgetGuard],
})
export class RateLimitsModule {}
