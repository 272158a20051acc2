import { Module } from '@nestjs/common';
import { MetricsModule } from '../metrics/metrics.module.ts';
import { SystemMetrics } from './system-metrics.ts';
import { SystemMonitor } from './system-monitor.ts';

/** CPU, memory, disks and network of the container. */
@Module({
  imports: [MetricsModule],
  providers: [SystemMonitor, SystemMetrics],
  exports: [SystemMonitor],
})
export class SystemModule {}
