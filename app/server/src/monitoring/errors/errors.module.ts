import { Module } from '@nestjs/common';
import { HealthModule } from '../health/health.module.ts';
import { MetricsModule } from '../metrics/metrics.module.ts';
import { ErrorKeeper } from './error-keeper.ts';
import { ErrorTracker } from './error-tracker.ts';

/** What goes wrong in this process, by what is wrong. */
@Module({ imports: [MetricsModule, HealthModule], providers: [ErrorTracker, ErrorKeeper] })
export class ErrorsModule {}
