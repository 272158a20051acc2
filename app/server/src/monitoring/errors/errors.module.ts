import { Module } from '@nestjs/common';
import { MetricsModule } from '../metrics/metrics.module.ts';
import { ErrorKeeper } from './error-keeper.ts';
import { ErrorTracker } from './error-tracker.ts';

/** What goes wrong in this process, by what is wrong. */
@Module({ imports: [MetricsModule], providers: [ErrorTracker, ErrorKeeper] })
export class ErrorsModule {}
