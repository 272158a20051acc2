import { type BeforeApplicationShutdown, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../common/configuration/errors.ts';
import { UnavailableError } from '../common/errors.ts';
import type { DatabaseConnector } from '../database/connector.ts';
import type { CounterMetric, Metrics } from '../monitoring/metrics/metrics.ts';
import type { RateLimitStore } from './rate-limit-store.ts';
import { SharedCounters } from './shared-counters.ts';
import {
  allows,
  remainingOf,
  secondsToReset,
  secondsToRoom,
  type Usage,
  usageAt,
  WINDOW_MS,
} from './sliding-window.ts';
import { isOfAddress } from './throttlers.ts';

const EXCHANGE_MS = 1_000;
const SWEEP_MS = 60_000;
/** The budgets of routes, and those of the addresses behind them. */
const LABELS = {
  budget: { max: 20 },
  decision: ['allowed', 'refused', 'failed_open', 'failed_closed'],
} as const;

interface Verdict {
  /** failed_open: nobody could say, and it was let through. */
  readonly decision: 'allowed' | 'refused' | 'failed_open';
  /** After this request. */
  readonly usage: Usage;
}

/** Counts the requests of all throttlers, and says which of them are too many. */
export class BudgetStorage implements ThrottlerStorage, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('RateLimits');
  private readonly stopping = new AbortController();
  private readonly counters: SharedCounters;
  private readonly decisions: CounterMetric<typeof LABELS>;
  /** Why this process hears nothing of the others; undefined while it does. */
  private trouble: string | undefined;
  private exchanging: Promise<void> | undefined;

  constructor(
    private readonly store: RateLimitStore,
    private readonly connector: DatabaseConnector,
    private readonly metrics: Metrics,
  ) {
    this.counters = new SharedCounters(store);
    this.decisions = metrics.counter(
      'rate_limit_decisions_total',
      'Decisions about requests by budget: of the address, and of the account or key; failed_open and failed_closed: nobody could say',
      LABELS,
    );
  }

  onApplicationBootstrap(): void {
    this.metrics.observableGauge(
      'rate_limit_keys',
      'Users, keys and addresses counted in this process',
      {},
      (set) => set({}, this.counters.size),
    );
    this.exchanging = this.exchangeUntilStopped();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.exchanging;
  }

  /**
   * Reading must not wait for a database that it may not even ask, and what is counted by address is taken back from
   * there in a moment; everything else stores or costs something anyway, and is counted exactly.
   * @param _blockDurationMs who is refused waits for room in a sliding window instead
   * @throws UnavailableError where nobody could say, and what is counted exactly is not let through
   */
  async increment(
    key: string,
    ttlMs: number,
    limit: number,
    _blockDurationMs: number,
    budget: string,
  ): ReturnType<ThrottlerStorage['increment']> {
    if (ttlMs !== WINDOW_MS) throw new RangeError(`ttl of ${budget} must be ${WINDOW_MS} ms, not ${ttlMs}`);
    const inProcess =
      budget === 'reading' || budget === 'session' || (budget !== 'login' && isOfAddress(key, budget));
    const { decision, usage } = inProcess
      ? this.count(key, limit)
      : await this.countExactly(key, limit, budget);
    this.decisions.inc({ budget, decision });
    const isBlocked = decision === 'refused';
    return {
      isBlocked,
      totalHits: isBlocked ? limit : limit - remainingOf(usage, limit),
      timeToExpire: secondsToReset(usage),
      timeToBlockExpire: isBlocked ? secondsToRoom(usage, limit) : 0,
    };
  }

  /** Takes back what was counted in this process: it turned out to be somebody else's. */
  takeBack(key: string): void {
    this.counters.add(key, -1);
  }

  /** In this process, which hears of the others once a second; lets through when it does not. */
  private count(key: string, limit: number): Verdict {
    if (!allows(this.counters.usage(key), limit))
      return { decision: 'refused', usage: this.counters.usage(key) };
    this.counters.add(key, 1);
    const decision = this.trouble === undefined ? 'allowed' : 'failed_open';
    return { decision, usage: this.counters.usage(key) };
  }

  private async countExactly(key: string, limit: number, budget: string): Promise<Verdict> {
    try {
      const { admitted, count, nowMs } = await this.store.take(key, limit);
      return { decision: admitted ? 'allowed' : 'refused', usage: usageAt(count, nowMs) };
    } catch (error) {
      this.logger.warn(`a request of budget ${budget} cannot be counted: ${messageOf(error)}`);
      this.decisions.inc({ budget, decision: 'failed_closed' });
      throw new UnavailableError(
        `requests of budget ${budget} cannot be counted at the moment; try again in a few seconds`,
      );
    }
  }

  private async exchangeUntilStopped(): Promise<void> {
    const { signal } = this.stopping;
    const pause = (ms: number): Promise<void> =>
      sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
    let sweptAt = performance.now();
    while (!signal.aborted) {
      if (this.connector.isReady) await this.attempt(() => this.counters.exchange());
      if (this.connector.isReady && performance.now() - sweptAt > SWEEP_MS) {
        sweptAt = performance.now();
        await this.attempt(() => this.store.sweep().then(() => true));
      }
      await pause(EXCHANGE_MS);
    }
  }

  /** @param work tells whether it asked the store */
  private async attempt(work: () => Promise<boolean>): Promise<void> {
    try {
      if (await work()) this.trouble = undefined;
    } catch (error) {
      const trouble = messageOf(error);
      if (trouble !== this.trouble) this.logger.warn(`counts of requests are not shared: ${trouble}`);
      this.trouble = trouble;
    }
  }
}
