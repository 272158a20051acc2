import { totalmem } from 'node:os';
import type { MemoryUsage } from '../../system/cgroup.ts';
import type { ComponentCheck, Finding } from '../component.ts';

const MOST_SHARE = 0.9;

/** What the container uses of its limit, or without one the process of the machine. */
export class MemoryCheck implements ComponentCheck {
  readonly component = 'memory';

  constructor(
    private readonly container: () => MemoryUsage,
    private readonly residentBytes: () => number | undefined,
  ) {}

  check(): Finding {
    const { workingSetBytes, limitBytes, oomKills } = this.container();
    return limitBytes === undefined || workingSetBytes === undefined
      ? judgeMemory(this.residentBytes() ?? process.memoryUsage.rss(), totalmem(), oomKills)
      : judgeMemory(workingSetBytes, limitBytes, oomKills);
  }
}

export function judgeMemory(usedBytes: number, limitBytes: number, oomKills: number | undefined): Finding {
  const share = usedBytes / limitBytes;
  const tooMuch = share > MOST_SHARE;
  const message = `${(share * 100).toFixed(0)} % of its memory are used: the kernel kills it at 100 %; give it a higher limit`;
  return {
    status: tooMuch ? 'degraded' : 'up',
    message: tooMuch ? message : '',
    details: { usedBytes, limitBytes, oomKills: oomKills ?? null },
  };
}
