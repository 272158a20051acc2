import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics.ts';
import type { CpuUsage, MemoryUsage } from './cgroup.ts';
import { MOST_INTERFACES, type NetworkUsage } from './proc.ts';
import { SystemMonitor } from './system-monitor.ts';

type Family<Usage> = readonly [name: string, help: string, figure: keyof Usage & string];

const CPU_COUNTERS: readonly Family<CpuUsage>[] = [
  ['cpu_usage_seconds_total', 'CPU time used by the container', 'usageSeconds'],
  [
    'cpu_throttled_seconds_total',
    'Time in which the container was kept from running by its limit',
    'throttledSeconds',
  ],
  ['cpu_periods_total', 'Periods of the CPU limit', 'periods'],
  ['cpu_throttled_periods_total', 'Periods of the CPU limit in which it was used up', 'throttledPeriods'],
];

const MEMORY_GAUGES: readonly Family<MemoryUsage>[] = [
  ['memory_usage_bytes', 'Memory of the container, with the cache of its files', 'usageBytes'],
  ['memory_working_set_bytes', 'Memory of the container that cannot simply be given back', 'workingSetBytes'],
  ['memory_limit_bytes', 'Memory that the container may use; missing: no limit', 'limitBytes'],
];

const NETWORK_COUNTERS: readonly Family<NetworkUsage>[] = [
  ['network_receive_bytes_total', 'Bytes received', 'receivedBytes'],
  ['network_receive_errors_total', 'Packets that were received broken', 'receiveErrors'],
  ['network_receive_dropped_total', 'Packets that were received and dropped', 'receiveDropped'],
  ['network_transmit_bytes_total', 'Bytes sent', 'transmittedBytes'],
  ['network_transmit_errors_total', 'Packets that could not be sent', 'transmitErrors'],
  ['network_transmit_dropped_total', 'Packets that were dropped instead of sent', 'transmitDropped'],
];

/** Interfaces of a pod, and mounts that are watched. */
const INTERFACES = { interface: { max: MOST_INTERFACES } };
const MOUNTS = { mount: { max: 8 } };

/** Families about the container, its network and the filesystems that it writes to. A figure that nobody tells is missing. */
@Injectable()
export class SystemMetrics {
  constructor(
    private readonly metrics: Metrics,
    private readonly system: SystemMonitor,
  ) {
    this.registerCpu();
    this.registerMemory();
    this.registerNetwork();
    this.registerDisks();
  }

  private registerCpu(): void {
    for (const [name, help, figure] of CPU_COUNTERS)
      this.metrics.observableCounter(`container_${name}`, help, {}, (set) =>
        tell(set, this.system.cgroup().cpu[figure]),
      );
    this.metrics.observableGauge(
      'container_cpu_limit_cores',
      'CPUs that the container may use at once; missing: no limit',
      {},
      (set) => tell(set, this.system.cgroup().cpu.limitCores),
    );
  }
  private registerMemory(): void {
    for (const [name, help, figure] of MEMORY_GAUGES)
      this.metrics.observableGauge(`container_${name}`, help, {}, (set) =>
        tell(set, this.system.cgroup().memory[figure]),
      );
    this.metrics.observableCounter(
      'container_memory_oom_kills_total',
      'Processes of the container that the kernel killed because its memory was used up',
      {},
      (set) => tell(set, this.system.cgroup().memory.oomKills),
    );
  }

  private registerNetwork(): void {
    for (const [name, help, figure] of NETWORK_COUNTERS)
      this.metrics.observableCounter(`container_${name}`, help, INTERFACES, (set) => {
        for (const usage of this.system.network()) set({ interface: usage.name }, Number(usage[figure]));
      });
  }

  private registerDisks(): void {
    this.metrics.observableCounter(
      'process_disk_bytes_total',
      'Bytes that the process had read from and written to disks',
      { direction: ['read', 'written'] },
      (set) => {
        const io = this.system.diskIo();
        if (io === undefined) return;
        set({ direction: 'read' }, io.readBytes);
        set({ direction: 'written' }, io.writtenBytes);
      },
    );
    this.metrics.observableGauge('filesystem_size_bytes', 'Size of a filesystem', MOUNTS, (set) => {
      for (const { mount, sizeBytes } of this.system.filesystems()) set({ mount }, sizeBytes);
    });
    this.metrics.observableGauge(
      'filesystem_available_bytes',
      'Room on a filesystem for who is not root',
      MOUNTS,
      (set) => {
        for (const { mount, availableBytes } of this.system.filesystems()) set({ mount }, availableBytes);
      },
    );
  }
}

function tell(set: (labels: object, value: number) => void, value: number | undefined): void {
  if (value !== undefined) set({}, value);
}
