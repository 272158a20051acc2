import type { Database } from '../../database/sql.ts';
import type { AlertTiming } from './alert-timing.ts';
import { atTimes } from './alert-times.ts';
import { evaluatedAt, type StoredAlert } from './alerts.sql.ts';

interface Orphan {
  readonly alert: StoredAlert;
  /** When the database was back. */
  readonly since: number;
}

/** Alerts that this process knows, and that whoever told of them has not written down, by their rules. Times in milliseconds since 1970. */
export class Orphans {
  readonly #orphans = new Map<string, Orphan>();

  constructor(
    private readonly database: Database,
    private readonly timing: Pick<AlertTiming, 'goneMs'>,
  ) {}

  has(rule: string): boolean {
    return this.#orphans.has(rule);
  }

  /** What does not fire, people were not told of. */
  add(rule: string, alert: StoredAlert | undefined, since: number): void {
    if (alert?.episode.state === 'firing') this.#orphans.set(rule, { alert, since });
  }

  /** The clock was set by so many milliseconds. */
  shift(ms: number): void {
    for (const [rule, { alert, since }] of this.#orphans)
      this.#orphans.set(rule, { alert: atTimes(alert, (at) => at + ms), since: since + ms });
  }

  /** Whoever leads has looked after what is left by then, and what is long over is not to be ended some day. */
  prune(rules: ReadonlySet<string>, at: number, leads: boolean): void {
    for (const [rule, { since }] of this.#orphans)
      if (!rules.has(rule) || (!leads && at - since >= this.timing.goneMs)) this.#orphans.delete(rule);
  }

  /**
   * Whoever tells of it writes it down within some evaluations; where nobody did, it is taken for told, and to be ended.
   * @param isSucceeded whether this process knows a later alert of the rule
   */
  async claim(rule: string, at: number, isSucceeded: () => boolean): Promise<StoredAlert | undefined> {
    const orphan = this.#orphans.get(rule);
    if (orphan === undefined) return undefined;
    const { alert, since } = orphan;
    const writtenAt = await evaluatedAt(this.database, alert.id);
    // One that was opened again has a row from before.
    const isKnown = isSucceeded() || (writtenAt !== null && writtenAt >= alert.episode.pendingSince);
    if (!isKnown && at - since < this.timing.goneMs) return undefined;
    this.#orphans.delete(rule);
    if (isKnown) return undefined;
    const toldFiringAt = alert.episode.firedAt;
    const transition = alert.told.transition + 1;
    return { ...alert, told: { ...alert.told, told: 'firing', transition, toldFiringAt } };
  }
}
