import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Of one word about the loop. */
export const LOOP_WINDOW_MS = 5_000;
const RESOLUTION_MS = 10;

export interface LoopDelays {
  readonly maxMs: number;
  readonly p99Ms: number;
  readonly windowSeconds: number;
}

/** Tells every few seconds how late timers were at most. The health of the event loop is judged over longer times. */
export class EventLoopWatch {
  private readonly delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private readonly tell: (delays: LoopDelays) => void;
  private timer: NodeJS.Timeout | undefined;

  constructor(tell: (delays: LoopDelays) => void) {
    this.tell = tell;
  }

  start(): void {
    this.delays.enable();
    this.timer = setInterval(() => this.look(), LOOP_WINDOW_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.delays.disable();
  }

  private look(): void {
    const { count, max } = this.delays;
    const p99Ms = this.delays.percentile(99) / 1e6;
    this.delays.reset();
    // Before the first timer there is no delay, and the maximum is no number of milliseconds.
    if (count > 0) this.tell({ maxMs: max / 1e6, p99Ms, windowSeconds: LOOP_WINDOW_MS / 1000 });
  }
}
