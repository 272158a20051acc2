import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cgroupFolders } from './cgroup-folders.ts';
import { readCgroup } from './system-monitor.ts';

/** A pod of 0.5 CPU and 512 MiB on a node with version 2, whose own group is the root it sees. */
const POD_V2: Readonly<Record<string, string>> = {
  'proc/self/cgroup': '0::/\n',
  'cgroup/cpu.stat':
    'usage_usec 93842211\nuser_usec 71200042\nsystem_usec 22642169\nnice_usec 0\nnr_periods 41233\nnr_throttled 312\nthrottled_usec 15870033\nnr_bursts 0\nburst_usec 0\n',
  'cgroup/cpu.max': '50000 100000\n',
  'cgroup/memory.current': '312475648\n',
  'cgroup/memory.max': '536870912\n',
  'cgroup/memory.stat':
    'anon 201326592\nfile 98566144\nkernel 9437184\nshmem 0\ninactive_anon 200000000\nactive_anon 1326592\ninactive_file 61865984\nactive_file 36700160\n',
  'cgroup/memory.events': 'low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\nsock_throttled 0\n',
};

/** A pod on a node with version 1: it is told its path on the node, and has its own group mounted. */
const POD_V1: Readonly<Record<string, string>> = {
  'proc/self/cgroup': [
    '12:cpuset:/kubepods/burstable/pod1f/a0',
    '7:memory:/kubepods/burstable/pod1f/a0',
    '4:cpu,cpuacct:/kubepods/burstable/pod1f/a0',
    '1:name=systemd:/kubepods/burstable/pod1f/a0',
    '0::/',
    '',
  ].join('\n'),
  'cgroup/cpu,cpuacct/cpuacct.usage': '87147498317\n',
  'cgroup/cpu,cpuacct/cpu.stat': 'nr_periods 900\nnr_throttled 90\nthrottled_time 4500000000\n',
  'cgroup/cpu,cpuacct/cpu.cfs_quota_us': '200000\n',
  'cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
  'cgroup/memory/memory.usage_in_bytes': '45895680\n',
  'cgroup/memory/memory.limit_in_bytes': '268435456\n',
  'cgroup/memory/memory.stat':
    'cache 23838720\nrss 2199552\ninactive_file 999\nhierarchical_memory_limit 268435456\ntotal_cache 23838720\ntotal_inactive_file 1277952\n',
  'cgroup/memory/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n',
};

/** A machine without pods: each controller a folder of its own, the process in a group below the root, no limits. */
const MACHINE_V1: Readonly<Record<string, string>> = {
  'proc/self/cgroup': '4:memory:/batch/job\n2:cpuacct:/\n1:cpu:/\n0::/\n',
  'cgroup/cpuacct/cpuacct.usage': '1500000000\n',
  'cgroup/cpu/cpu.stat': 'nr_periods 0\nnr_throttled 0\nthrottled_time 0\n',
  'cgroup/cpu/cpu.cfs_quota_us': '-1\n',
  'cgroup/cpu/cpu.cfs_period_us': '100000\n',
  'cgroup/memory/memory.usage_in_bytes': '999999999\n',
  'cgroup/memory/batch/job/memory.usage_in_bytes': '1000\n',
  'cgroup/memory/batch/job/memory.limit_in_bytes': '9223372036854771712\n',
  'cgroup/memory/batch/job/memory.stat': 'total_inactive_file 4000\n',
  'cgroup/memory/batch/job/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\n',
};

describe('control groups', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cgroup-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function read(files: Readonly<Record<string, string>>): ReturnType<typeof readCgroup> {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return readCgroup({ proc: join(folder, 'proc'), cgroup: join(folder, 'cgroup') });
  }

  it('of version 2', () => {
    expect(read(POD_V2)).toEqual({
      cpu: {
        usageSeconds: 93.842211,
        throttledSeconds: 15.870033,
        periods: 41233,
        throttledPeriods: 312,
        limitCores: 0.5,
      },
      memory: {
        usageBytes: 312475648,
        workingSetBytes: 312475648 - 61865984,
        limitBytes: 536870912,
        oomKills: 2,
      },
    });
  });

  it('of version 2 without limits, below the root', () => {
    const files: Record<string, string> = { 'proc/self/cgroup': '0::/user.slice/session-2.scope\n' };
    for (const [path, text] of Object.entries(POD_V2))
      if (path.startsWith('cgroup/'))
        files[path.replace('cgroup/', 'cgroup/user.slice/session-2.scope/')] = text;
    files['cgroup/user.slice/session-2.scope/cpu.max'] = 'max 100000\n';
    files['cgroup/user.slice/session-2.scope/memory.max'] = 'max\n';
    const { cpu, memory } = read(files);
    expect([cpu.limitCores, memory.limitBytes]).toEqual([undefined, undefined]);
    expect([cpu.usageSeconds, memory.usageBytes]).toEqual([93.842211, 312475648]);
  });

  it('of version 1 in a pod that is told its path on the node', () => {
    expect(read(POD_V1)).toEqual({
      cpu: {
        usageSeconds: 87.147498317,
        throttledSeconds: 4.5,
        periods: 900,
        throttledPeriods: 90,
        limitCores: 2,
      },
      memory: {
        usageBytes: 45895680,
        workingSetBytes: 45895680 - 1277952,
        limitBytes: 268435456,
        oomKills: 1,
      },
    });
  });

  it('of version 1 without limits, of its own group and not of the whole machine', () => {
    expect(read(MACHINE_V1)).toEqual({
      cpu: { usageSeconds: 1.5, throttledSeconds: 0, periods: 0, throttledPeriods: 0, limitCores: undefined },
      memory: { usageBytes: 1000, workingSetBytes: 0, limitBytes: undefined, oomKills: undefined },
    });
  });

  it('that may not be read tell nothing', () => {
    const nothing = { usageSeconds: undefined, throttledSeconds: undefined, periods: undefined };
    expect(read({}).cpu).toMatchObject(nothing);
    expect(read({ 'proc/self/cgroup': 'nonsense\n0::/\n', 'cgroup/cpu.max': '\n' }).cpu).toMatchObject(
      nothing,
    );
  });

  it('of this machine have used some CPU and memory', () => {
    const { cpu, memory } = readCgroup({ proc: '/proc', cgroup: '/sys/fs/cgroup' });
    expect(cpu.usageSeconds ?? 1).toBeGreaterThan(0);
    expect(memory.usageBytes ?? 1).toBeGreaterThan(0);
    expect(memory.workingSetBytes ?? 0).toBeLessThanOrEqual(memory.usageBytes ?? 0);
  });

  it('that leave their mount by dots are looked for below it only', () => {
    const folders = cgroupFolders('0::/../../other\n', '/sys/fs/cgroup');
    expect(folders.foldersOf('')).toEqual(['/sys/fs/cgroup/other', '/sys/fs/cgroup']);
  });
});
