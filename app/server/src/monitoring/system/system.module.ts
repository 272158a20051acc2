import { Module } from '@nestjs/common';
import { MetricsModule } from '../metrics/metrics.module.ts';
import { DatabaseVolume } from './database-volume.ts';
import { SystemMetrics } from './system-metrics.ts';
import { SystemMonitor } from './system-monitor.ts';

/** CPU, memory, disks and network of the container, and the volume of the database. */
@Module({
  imports: [MetricsModule],
  providers: [SystemMonitor, SystemMetrics, DatabaseVolume],
  exports: [SystemMonitor, DatabaseVolume],
})
export class SystemModule {}
