import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BudgetName } from '../common/budget.ts';
import { messageOf } from '../common/configuration/errors.ts';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import { DatabaseConnector } from '../database/connector.ts';
import { Metrics } from '../monitoring/metrics.ts';
import { RATE_LIMIT_STORE, type RateLimitStore } from './rate-limit-store.ts';
import { SharedCounters } from './shared-counters.ts';
import { allows, type Usage, usageAt } from './sliding-window.ts';

const EXCHANGE_MS = 1_000;
const SWEEP_MS = 60_000;

/** failed_open: nobody could say, and it was let through; failed_closed: it was not. */
export type Decision = 'allowed' | 'refused' | 'failed_open' | 'failed_closed';

export interface Verdict {
  readonly decision: Decision;
  readonly budget: BudgetName;
  readonly limit: number;
  /** After this request; undefined where nobody could say. */
  readonly usage: Usage | undefined;
}

/** Counts requests, and says which of them are too many. */
@Injectable()
export class RateLimits implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('RateLimits');
  private readonly stopping = new AbortController();
  private readonly counters: SharedCounters;
  private readonly limits: Readonly<Record<BudgetName, number>>;
  /** Why this process hears nothing of the others; undefined while it does. */
  private trouble: string | undefined;
  private exchanging: Promise<void> | undefined;

  constructor(
    @Inject(CONFIGURATION) { security: { rateLimit } }: Configuration,
    @Inject(RATE_LIMIT_STORE) private readonly store: RateLimitStore,
    private readonly connector: DatabaseConnector,
    private readonly metrics: Metrics,
  ) {
    this.counters = new SharedCounters(store);
    this.limits = {
      reading: rateLimit.readingPerMinute,
      writing: rateLimit.writingPerMinute,
      login: rateLimit.loginPerMinute,
      exports: rateLimit.exportsPerMinute,
      ai: rateLimit.aiPerMinute,
    };
  }

  onApplicationBootstrap(): void {
    this.metrics.gauge('rate_limit_keys', 'Users, keys and addresses counted in this process', [], (set) =>
      set({}, this.counters.size),
    );
    this.exchanging = this.exchangeUntilStopped();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.exchanging;
  }

  /** Counts in this process, which hears of the others once a second; lets through when it does not. */
  count(budget: BudgetName, subject: string): Verdict {
    const key = `${budget}:${subject}`;
    const limit = this.limits[budget];
    if (!allows(this.counters.usage(key), limit))
      return { decision: 'refused', budget, limit, usage: this.counters.usage(key) };
    this.counters.add(key, 1);
    const decision = this.trouble === undefined ? 'allowed' : 'failed_open';
    return { decision, budget, limit, usage: this.counters.usage(key) };
  }

  /** Takes back what `count` counted: it turned out to be somebody else's. */
  uncount(budget: BudgetName, subject: string): void {
    this.counters.add(`${budget}:${subject}`, -1);
  }

  /** Counts in the store, exactly, and refuses when it does not answer. */
  async countExactly(budget: BudgetName, subject: string): Promise<Verdict> {
    const limit = this.limits[budget];
    try {
      const { admitted, count, nowMs } = await this.store.take(`${budget}:${subject}`, limit);
      return { decision: admitted ? 'allowed' : 'refused', budget, limit, usage: usageAt(count, nowMs) };
    } catch (error) {
      this.logger.warn(`a request of budget ${budget} cannot be counted: ${messageOf(error)}`);
      return { decision: 'failed_closed', budget, limit, usage: undefined };
    }
  }

  record({ budget, decision }: Verdict): void {
    this.metrics.rateLimitDecisions.inc({ budget, decision });
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
