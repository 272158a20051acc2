import type { Clock } from '../../../common/clock.ts';

/** How a quote host treats those who ask too often. */
export interface BanRule {
  /** More requests than this within `perMs` are answered with a ban. */
  readonly requests: number;
  readonly perMs: number;
  readonly banMs: number;
  /** A banned caller's connection is closed, which AkShare turns into a 500, or left without an answer. */
  readonly mode: 'refuse' | 'hang';
}

interface Seen {
  readonly at: number;
  readonly requests: number;
}

/** The hosts behind AkShare: they count requests, and ban. */
export class FakeUpstream {
  readonly #clock: Clock;
  readonly #seen = new Map<string, Seen[]>();
  readonly #bannedUntil = new Map<string, number>();
  rule: BanRule | undefined;
  /** Times at which a host was asked, with the number of requests. */
  readonly log: { readonly host: string; readonly at: number; readonly requests: number }[] = [];
  bans = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Bans a host from now on, whatever it was asked. */
  ban(host: string, forMs: number): void {
    this.#bannedUntil.set(host, this.#clock.now().getTime() + forMs);
  }

  /** Counts a call; undefined: it may pass. */
  ask(host: string, requests: number): 'refuse' | 'hang' | undefined {
    const now = this.#clock.now().getTime();
    this.log.push({ host, at: now, requests });
    const { rule } = this;
    const mode = rule?.mode ?? 'refuse';
    if (now < (this.#bannedUntil.get(host) ?? 0)) return mode;
    if (rule === undefined) return undefined;
    const recent = [...(this.#seen.get(host) ?? []), { at: now, requests }].filter(
      ({ at }) => at > now - rule.perMs,
    );
    this.#seen.set(host, recent);
    if (recent.reduce((sum, seen) => sum + seen.requests, 0) <= rule.requests) return undefined;
    this.bans += 1;
    this.#bannedUntil.set(host, now + rule.banMs);
    return mode;
  }
}
