import { countOf, flatKeyed } from './kernel-text.ts';

/** Seconds of CPU since the control group was made; undefined is what this kernel or this pod does not tell. */
export interface CpuUsage {
  readonly usageSeconds: number | undefined;
  /** Time in which something wanted to run and the quota of the period was used up. */
  readonly throttledSeconds: number | undefined;
  readonly periods: number | undefined;
  readonly throttledPeriods: number | undefined;
  /** CPUs that may be used at once; undefined: no limit. */
  readonly limitCores: number | undefined;
}

export interface MemoryUsage {
  readonly usageBytes: number | undefined;
  /** Without what the kernel gives back before it kills anybody: inactive pages of files, as the kubelet counts. */
  readonly workingSetBytes: number | undefined;
  /** Undefined: no limit. */
  readonly limitBytes: number | undefined;
  readonly oomKills: number | undefined;
}

export interface CgroupUsage {
  readonly cpu: CpuUsage;
  readonly memory: MemoryUsage;
}

/** Text of a file below the controller's folder of this control group; undefined where there is none. */
export type ReadCgroupFile = (controller: string, file: string) => string | undefined;

/** v1 says "no limit" with the largest multiple of a page below 2^63; nothing that big is a limit. */
const NO_LIMIT_BYTES = 2 ** 60;

const NOTHING: ReadonlyMap<string, number> = new Map();

const tableOf = (text: string | undefined): ReadonlyMap<string, number> =>
  text === undefined ? NOTHING : flatKeyed(text);

const scaled = (value: number | undefined, perUnit: number): number | undefined =>
  value === undefined ? undefined : value / perUnit;

/** Control groups of version 2: all controllers in one folder, time in microseconds. */
export function usageOfVersion2(read: ReadCgroupFile): CgroupUsage {
  const cpu = tableOf(read('', 'cpu.stat'));
  const [quota, period] = (read('', 'cpu.max') ?? '').trim().split(' ');
  return {
    cpu: {
      usageSeconds: scaled(cpu.get('usage_usec'), 1e6),
      throttledSeconds: scaled(cpu.get('throttled_usec'), 1e6),
      periods: cpu.get('nr_periods'),
      throttledPeriods: cpu.get('nr_throttled'),
      limitCores: coresOf(countOf(quota), countOf(period)),
    },
    memory: memoryOf({
      usage: countOf(read('', 'memory.current')),
      inactiveFile: tableOf(read('', 'memory.stat')).get('inactive_file'),
      limit: countOf(read('', 'memory.max')),
      oomKills: tableOf(read('', 'memory.events')).get('oom_kill'),
    }),
  };
}

/** Control groups of version 1: a folder for each controller, time in nanoseconds. */
export function usageOfVersion1(read: ReadCgroupFile): CgroupUsage {
  const cpu = tableOf(read('cpu', 'cpu.stat'));
  return {
    cpu: {
      usageSeconds: scaled(countOf(read('cpuacct', 'cpuacct.usage')), 1e9),
      throttledSeconds: scaled(cpu.get('throttled_time'), 1e9),
      periods: cpu.get('nr_periods'),
      throttledPeriods: cpu.get('nr_throttled'),
      limitCores: coresOf(
        countOf(read('cpu', 'cpu.cfs_quota_us')),
        countOf(read('cpu', 'cpu.cfs_period_us')),
      ),
    },
    memory: memoryOf({
      usage: countOf(read('memory', 'memory.usage_in_bytes')),
      inactiveFile: tableOf(read('memory', 'memory.stat')).get('total_inactive_file'),
      limit: countOf(read('memory', 'memory.limit_in_bytes')),
      oomKills: tableOf(read('memory', 'memory.oom_control')).get('oom_kill'),
    }),
  };
}

function coresOf(quota: number | undefined, period: number | undefined): number | undefined {
  return quota === undefined || period === undefined || period === 0 ? undefined : quota / period;
}

function memoryOf(found: {
  readonly usage: number | undefined;
  readonly inactiveFile: number | undefined;
  readonly limit: number | undefined;
  readonly oomKills: number | undefined;
}): MemoryUsage {
  const { usage, inactiveFile = 0, limit, oomKills } = found;
  return {
    usageBytes: usage,
    workingSetBytes: usage === undefined ? undefined : Math.max(0, usage - inactiveFile),
    limitBytes: limit === undefined || limit >= NO_LIMIT_BYTES ? undefined : limit,
    oomKills,
  };
}
