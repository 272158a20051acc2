import { Module } from '@nestjs/common';
import { MetricsModule } from '../metrics/metrics.module.ts';
import { HistoryController } from './history.controller.ts';
import { HistoryService } from './history.service.ts';
import { HistoryKeeper } from './keeper.ts';
import { MetricHistory } from './metric-history.ts';
import { MetricRecorder } from './recorder.ts';

/** What the metrics said in the past. Every process writes; one worker rolls up. */
@Module({
  imports: [MetricsModule],
  controllers: [HistoryController],
  providers: [MetricRecorder, HistoryKeeper, MetricHistory, HistoryService],
  exports: [MetricHistory],
})
export class HistoryModule {}
