import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CachedCheck } from './cached-check.ts';
import type { ComponentCheck, ComponentName, ComponentState } from './component.ts';

/**
 * All checks of this process. A feature registers the check of what it knows before the application has started
 * (in a constructor or `onModuleInit`); it does so only where that is configured: a component without a check in any process
 * is told of as not configured.
 */
@Injectable()
export class HealthChecks implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #checks = new Map<ComponentName, CachedCheck>();
  readonly #stopping = new AbortController();

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /** @throws Error where the component has a check already */
  register(check: ComponentCheck): CachedCheck {
    const { component } = check;
    if (this.#checks.has(component)) throw new Error(`the component ${component} has a health check already`);
    const cached = new CachedCheck(check, this.clock);
    this.#checks.set(component, cached);
    return cached;
  }

  onApplicationBootstrap(): void {
    for (const check of this.#checks.values()) void this.#keepLooking(check);
  }

  onModuleDestroy(): void {
    this.#stopping.abort();
  }

  /** What this process knows, from memory; what has not been looked at yet is missing. */
  states(): readonly ComponentState[] {
    return [...this.#checks.values()].flatMap(({ state }) => (state === undefined ? [] : [state]));
  }

  /** The same of one component. */
  stateOf(component: ComponentName): ComponentState | undefined {
    return this.#checks.get(component)?.state;
  }

  async #keepLooking(check: CachedCheck): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await check.run();
      await sleep(check.pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
