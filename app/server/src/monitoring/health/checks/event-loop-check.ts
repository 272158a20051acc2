import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ComponentCheck, Finding } from '../component.ts';

/** One stop of ten times what is late is as bad as many that are. */
const LONGEST_TIMES = 10;
const RESOLUTION_MS = 20;

/** How late timers were since the last look: what keeps the only thread busy keeps everybody waiting. */
export class EventLoopCheck implements ComponentCheck {
  readonly component = 'event-loop';
  private readonly delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  /** @param lateMs what counts as late: every request waits for so long at some time */
  constructor(private readonly lateMs: number) {
    this.delays.enable();
  }

  stop(): void {
    this.delays.disable();
  }

  check(): Finding {
    // Before the first timer there is no delay, and its maximum is no number of milliseconds.
    const [p99, max] =
      this.delays.count === 0 ? [0, 0] : [this.delays.percentile(99) / 1e6, this.delays.max / 1e6];
    this.delays.reset();
    return judgeDelays(p99, max, this.lateMs);
  }
}

export function judgeDelays(p99Ms: number, maxMs: number, lateMs: number): Finding {
  const isLate = p99Ms > lateMs || maxMs > lateMs * LONGEST_TIMES;
  const message = `the event loop was up to ${Math.round(maxMs)} ms late (99 % below ${Math.round(p99Ms)} ms): too much work for one process`;
  return {
    status: isLate ? 'degraded' : 'up',
    message: isLate ? message : '',
    details: { p99Milliseconds: Math.round(p99Ms), maxMilliseconds: Math.round(maxMs) },
  };
}
