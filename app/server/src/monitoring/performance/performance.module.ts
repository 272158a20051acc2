import { Module } from '@nestjs/common';
import { PerformanceKeeper } from './performance-keeper.ts';
import { PerformanceLog } from './performance-log.ts';
import { WorkLog } from './work-log.ts';

/** How long the work of this process takes, and what of it takes too long. */
@Module({ providers: [PerformanceLog, PerformanceKeeper, WorkLog], exports: [PerformanceLog] })
export class PerformanceModule {}
