import { Module } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import { DatabaseConnector } from '../database/connector.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database } from '../database/sql.ts';
import { Metrics } from '../monitoring/metrics/metrics.ts';
import { MonitoringModule } from '../monitoring/monitoring.module.ts';
import { AddressBudgetGuard, PrincipalBudgetGuard } from './budget.guards.ts';
import { BudgetStorage } from './budget-storage.ts';
import { PostgresRateLimitStore } from './postgres-store.ts';
import { throttlerOptions } from './throttlers.ts';

/** The two guards, before and after it is known who asks; `app.module.ts` puts them in their places. */
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      imports: [MonitoringModule],
      inject: [CONFIGURATION, Reflector, DATABASE, DatabaseConnector, Metrics],
      // The package makes a provider of the storage; one that is a provider already has its hooks called twice.
      useFactory: (
        { security }: Configuration,
        reflector: Reflector,
        database: Database,
        connector: DatabaseConnector,
        metrics: Metrics,
      ) => {
        const storage = new BudgetStorage(new PostgresRateLimitStore(database), connector, metrics);
        return throttlerOptions(security.rateLimit, storage, reflector);
      },
    }),
  ],
  providers: [AddressBudgetGuard, PrincipalBudgetGuard],
  exports: [AddressBudgetGuard, PrincipalBudgetGuard],
})
export class RateLimitsModule {}
