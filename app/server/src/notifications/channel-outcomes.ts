import { Injectable } from '@nestjs/common';
import { type CounterMetric, Metrics } from '../monitoring/metrics/metrics.ts';
import { type Channel, CHANNEL_KINDS, type ChannelKind } from './channel.ts';
import type { Attempt } from './deliveries/attempt.ts';

const OUTCOMES = ['sent', 'failed', 'dead'] as const;
const BOUNDS = { kind: CHANNEL_KINDS, outcome: OUTCOMES } as const;

/** What came of one attempt, for whoever watches the channels. */
export interface ChannelOutcome extends Attempt {
  readonly channel: string;
  readonly kind: ChannelKind;
}

/** What this process saw of a channel. */
export interface SeenChannel {
  readonly failuresInRow: number;
  readonly lastSuccessAt: string | undefined;
  readonly lastFailureAt: string | undefined;
  readonly lastError: string | undefined;
}

const NOTHING: SeenChannel = {
  failuresInRow: 0,
  lastSuccessAt: undefined,
  lastFailureAt: undefined,
  lastError: undefined,
};

/** Counts what came of every attempt of this process, and tells it on. */
@Injectable()
export class ChannelOutcomes {
  readonly #seen = new Map<string, SeenChannel>();
  /** By `performance.now()`: a clock that is set has no say. */
  readonly #aloneUntil = new Map<string, number>();
  readonly #listeners = new Set<(outcome: ChannelOutcome) => void>();
  readonly #counter: CounterMetric<typeof BOUNDS>;

  constructor(metrics: Metrics) {
    this.#counter = metrics.counter(
      'notifications_total',
      'Attempts to hand a message to a channel: sent, failed (and tried again) or dead (given up)',
      BOUNDS,
    );
  }

  /** @param listener must not throw and not wait */
  observe(listener: (outcome: ChannelOutcome) => void): void {
    this.#listeners.add(listener);
  }

  seen(channel: string): SeenChannel {
    return this.#seen.get(channel) ?? NOTHING;
  }

  /** Milliseconds for which the other side still wants to be left alone, as far as this process was told. */
  aloneMs(channel: string): number {
    return Math.max(0, (this.#aloneUntil.get(channel) ?? 0) - performance.now());
  }

  /** @param leaveAloneSeconds what the other side asked for */
  tell({ name, kind }: Channel, attempt: Attempt, leaveAloneSeconds = 0): void {
    const { outcome, at, error } = attempt;
    const before = this.seen(name);
    this.#seen.set(
      name,
      outcome === 'sent'
        ? { ...before, failuresInRow: 0, lastSuccessAt: at }
        : { ...before, failuresInRow: before.failuresInRow + 1, lastFailureAt: at, lastError: error },
    );
    const alone = performance.now() + leaveAloneSeconds * 1000;
    if (leaveAloneSeconds > 0) this.#aloneUntil.set(name, Math.max(this.#aloneUntil.get(name) ?? 0, alone));
    this.#counter.inc({ kind, outcome });
    for (const listener of this.#listeners) listener({ channel: name, kind, ...attempt });
  }
}
