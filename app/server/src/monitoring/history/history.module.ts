import { Module } from '@nestjs/common';
import { MetricsModule } from '../metrics/metrics.module.ts';
import { HistoryController } from './history.controller.ts';
import { HistoryService } from './history.service.ts';
import { HistoryKeeper } from './keeper.ts';
import { MetricHistory } from './metric-history.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { processName } from '../process-identity.ts';
import { MetricRecorder, PROCESS_NAME } from './recorder.ts';

/** What the metrics said in the past. Every process writes; one worker rolls up. */
@Module({
  imports: [MetricsModule],
  controllers: [HistoryController],
  providers: [
    {
      provide: PROCESS_NAME,
      useFactory: ({ role }: Configuration) => processName(role),
      inject: [CONFIGURATION],
    },
    MetricRecorder,
    HistoryKeeper,
    MetricHistory,
    HistoryService,
  ],
  exports: [MetricHistory],
})
export class HistoryModule {}
