import type { AlertMessage } from './alert-message.ts';
import type { StoredAlert } from './alerts.sql.ts';
import type { ToldWhere } from './line/answer.ts';
import { toldAtTimes } from './alert-times.ts';
import type { Told } from './telling.ts';

interface Sent {
  readonly id: string;
  /** Undefined: another process told. */
  readonly message: AlertMessage | undefined;
  /** What people know when a channel has taken it. */
  readonly told: Told;
}

/** What was sent about the newest alert of each rule, and what of it people have. */
export class SentMessages {
  /** Oldest first. */
  readonly #sent = new Map<string, readonly Sent[]>();

  /** @param message undefined: another process told, and people know */
  add(rule: string, { id, told }: StoredAlert, message?: AlertMessage): void {
    this.#sent.set(rule, [...this.#of(rule, id), { id, message, told }]);
  }

  /** The clock was set by so many milliseconds. */
  shift(ms: number): void {
    for (const [rule, all] of this.#sent)
      this.#sent.set(
        rule,
        all.map((one) => Object.assign({}, one, { told: toldAtTimes(one.told, (at) => at + ms) })),
      );
  }

  /** What people know by any channel: where one fails, another worker would fail over it as well. Null: nothing. */
  known(rule: string, alertId: string, isTaken: (message: AlertMessage) => boolean): ToldWhere | null {
    const known = this.#of(rule, alertId).findLast(
      ({ message }) => message === undefined || isTaken(message),
    );
    if (known?.told.toldFiringAt === undefined) return null;
    const { transition, toldFiringAt, escalatedAt } = known.told;
    return { transition, toldFiringAt, ...(escalatedAt === undefined ? {} : { escalatedAt }) };
  }

  #of(rule: string, alertId: string): readonly Sent[] {
    return this.#sent.get(rule)?.filter(({ id }) => id === alertId) ?? [];
  }
}
