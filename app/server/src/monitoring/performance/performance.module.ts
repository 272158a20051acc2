import { Module } from '@nestjs/common';
import { PerformanceKeeper } from './performance-keeper.ts';
import { PerformanceLog } from './performance-log.ts';

/** What of this process takes too long. */
@Module({ providers: [PerformanceLog, PerformanceKeeper], exports: [PerformanceLog] })
export class PerformanceModule {}
