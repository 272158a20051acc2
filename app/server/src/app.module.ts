import { type DynamicModule, Module, type ModuleMetadata } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AnalysisModule } from './analysis/http/analysis.module.ts';
import { ApiKeysModule } from './api-keys/api-keys.module.ts';
import { AuditModule } from './audit/audit.module.ts';
import { AuthModule } from './auth/auth.module.ts';
import { UsersModule } from './users/users.module.ts';
import { AccessGuard } from './auth/access.guard.ts';
import { CommonModule } from './common/common.module.ts';
import type { Configuration } from './common/configuration/configuration.ts';
import { DatabaseGuard } from './database/database.guard.ts';
import { BodyGuard } from './common/http/body.guard.ts';
import { LoggingModule } from './common/logging/logging.module.ts';
import { DatabaseModule } from './database/database.module.ts';
import { MarketDataModule, MarketDataWorkerModule } from './market-data/market-data.module.ts';
import { IndicatorsModule } from './indicators/http/indicators.module.ts';
import { OpenApiController, OpenApiText } from './open-api.ts';
import { NotificationsModule, NotificationsWorkerModule } from './notifications/notifications.module.ts';
import { AlertsWorkerModule } from './monitoring/alerts/alerts-worker.module.ts';
import { AlertsModule } from './monitoring/alerts/alerts.module.ts';
import { LogLevelModule } from './monitoring/log-level/log-level.module.ts';
import { MonitoringModule } from './monitoring/monitoring.module.ts';
import { TroublesModule } from './monitoring/troubles.module.ts';
import { ReportsModule, ReportsWorkerModule } from './monitoring/reports/reports.module.ts';
import { AddressBudgetGuard, PrincipalBudgetGuard } from './rate-limits/budget.guards.ts';
import { RateLimitsModule } from './rate-limits/rate-limits.module.ts';
import { SecretsModule } from './secrets/secrets.module.ts';

function foundation(configuration: Configuration): NonNullable<ModuleMetadata['imports']> {
  return [
    LoggingModule.with(configuration),
    CommonModule.with(configuration),
    DatabaseModule,
    MonitoringModule,
  ];
}

/** The API and the web page. */
@Module({})
export class ServerModule {
  static with(configuration: Configuration): DynamicModule {
    return {
      module: ServerModule,
      imports: [
        ...foundation(configuration),
        RateLimitsModule,
        AuditModule,
        AuthModule,
        ApiKeysModule,
        UsersModule,
        SecretsModule,
        MarketDataModule,
        IndicatorsModule,
        AnalysisModule,
        NotificationsModule,
        AlertsModule,
        TroublesModule,
        LogLevelModule,
        ReportsModule,
      ],
      controllers: [OpenApiController],
      // In this order: who may ask at all, whether it can be answered, and only then what the request brings with it.
      providers: [
        OpenApiText,
        { provide: APP_GUARD, useExisting: AddressBudgetGuard },
        { provide: APP_GUARD, useExisting: AccessGuard },
        { provide: APP_GUARD, useExisting: PrincipalBudgetGuard },
        { provide: APP_GUARD, useClass: DatabaseGuard },
        { provide: APP_GUARD, useClass: BodyGuard },
      ],
    };
  }
}

/** Background jobs; serves only the management port. */
@Module({})
export class WorkerModule {
  static with(configuration: Configuration): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        ...foundation(configuration),
        MarketDataWorkerModule,
        NotificationsWorkerModule,
        AlertsWorkerModule,
        ReportsWorkerModule,
      ],
    };
  }
}
