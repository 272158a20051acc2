import type { Clock } from '../../common/clock.ts';
import { redactText } from '../../common/redaction/redact.ts';
import { messageOf } from '../../common/configuration/errors.ts';
import { boundedStatus, type ComponentCheck, type ComponentState, type Finding } from './component.ts';

const INTERVAL_MS = 15_000;
const TIMEOUT_MS = 5_000;
/** What is not well is looked at more often, so that its recovery is seen soon; at start most of it is not, for a moment. */
const FIRST_PAUSE_IN_TROUBLE_MS = 500;
const LONGEST_PAUSE_IN_TROUBLE_MS = 5_000;
/** When a look that never ended is given up, and another one dared beside it. */
const GIVEN_UP_MS = 30_000;

interface Look {
  readonly startedAt: number;
  readonly finding: Promise<Finding>;
}

/**
 * The newest answer of a check. There is one look at a time: where a component stands still, each look holds something of
 * it (a connection, a thread), and looking again and again would use up what is left.
 */
export class CachedCheck {
  #state: ComponentState | undefined;
  /** Looks in a row that found trouble. */
  #troubles = 0;
  #look: Look | undefined;
  #running: Promise<ComponentState> | undefined;

  constructor(
    private readonly check: ComponentCheck,
    private readonly clock: Clock,
  ) {}

  get component(): ComponentCheck['component'] {
    return this.check.component;
  }

  /** What was found last; undefined before the first look has ended, and while there is nothing to look after. */
  get state(): ComponentState | undefined {
    return this.check.isConfigured?.() === false ? undefined : this.#state;
  }

  get intervalMs(): number {
    return this.check.intervalMs ?? INTERVAL_MS;
  }

  /** How long to wait before the next look. */
  get pauseMs(): number {
    if (this.#troubles === 0) return this.intervalMs;
    const pause = FIRST_PAUSE_IN_TROUBLE_MS * 2 ** (this.#troubles - 1);
    return Math.min(this.intervalMs, pause, LONGEST_PAUSE_IN_TROUBLE_MS);
  }

  /** What was found within the last interval, or else what is found now. */
  async fresh(): Promise<ComponentState> {
    const state = this.#state;
    const isFresh =
      state !== undefined && this.clock.now().getTime() - state.checkedAt.getTime() <= this.intervalMs;
    return isFresh ? state : this.run();
  }

  /** Looks now; who asks meanwhile gets the same answer. Never rejects. */
  run(): Promise<ComponentState> {
    this.#running ??= this.#find().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #find(): Promise<ComponentState> {
    const look = this.#begin();
    const finding = await Promise.race([look.finding, this.#tooLate(look)]);
    const responseTimeMs = Math.round((performance.now() - look.startedAt) * 10) / 10;
    const status = boundedStatus(this.component, finding.status);
    const now = this.clock.now();
    this.#troubles = status === 'up' ? 0 : this.#troubles + 1;
    this.#state = {
      component: this.component,
      status,
      // Often the text of an error; it is stored, and shown to operators.
      message: redactText(finding.message ?? ''),
      details: finding.details ?? {},
      responseTimeMs,
      checkedAt: now,
      lastSuccessAt: status === 'up' ? now : this.#state?.lastSuccessAt,
    };
    return this.#state;
  }

  #begin(): Look {
    const stuck = this.#look;
    if (stuck !== undefined && performance.now() - stuck.startedAt < GIVEN_UP_MS) return stuck;
    const look: Look = { startedAt: performance.now(), finding: this.#ask() };
    this.#look = look;
    void look.finding.finally(() => {
      if (this.#look === look) this.#look = undefined;
    });
    return look;
  }

  async #ask(): Promise<Finding> {
    try {
      return await this.check.check();
    } catch (error) {
      return { status: 'down', message: messageOf(error) };
    }
  }

  #tooLate(look: Look): Promise<Finding> {
    const { promise, resolve } = Promise.withResolvers<Finding>();
    const timeoutMs = this.check.timeoutMs ?? TIMEOUT_MS;
    const timer = setTimeout(() => {
      const seconds = ((performance.now() - look.startedAt) / 1000).toFixed(1);
      resolve({ status: 'down', message: `no answer after ${seconds} s` });
    }, timeoutMs);
    timer.unref();
    void look.finding.finally(() => clearTimeout(timer));
    return promise;
  }
}
