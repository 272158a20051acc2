import type { Labels } from '../history/labels.ts';
import type { EndReason } from './lifecycle.ts';
import type { Severity } from './rules/definition.ts';
import type { Transition } from './telling.ts';
import type { Sql, Transaction } from '../../database/sql.ts';

/** What people are told of an alert. Times in milliseconds since 1970. */
export interface AlertMessage {
  readonly alertId: string;
  readonly fingerprint: string;
  /** Grows with each message about the alert. */
  readonly number: number;
  readonly transition: Transition;
  readonly rule: string;
  readonly severity: Severity;
  readonly labels: Labels;
  readonly summary: string;
  readonly description: string;
  readonly startsAt: number;
  readonly endsAt?: number | undefined;
  /** Of an end: whether the trouble is over, or only nothing is known of it any more. */
  readonly endReason?: EndReason | undefined;
  /** Channels that must not carry it, for it says that they fail. */
  readonly exceptChannels: readonly string[];
  /** Whether any alert of the rule that is told over the same channels is the case now. */
  readonly groupStatus: 'firing' | 'resolved';
}

/** Whether there is anybody that an alert could be told to. */
export type Reach = (message: Pick<AlertMessage, 'severity' | 'exceptChannels'>) => boolean;

/** Who carries messages to people. */
export interface AlertMessenger {
  /** Whom it reaches now. */
  reach(sql: Sql): Promise<Reach>;
  /** Stores the message with the change of the alert: both or none. */
  enqueue(sql: Transaction, message: AlertMessage): Promise<void>;
  /** Sends it now, without a database. Never rejects: what happened is the messenger's to tell. */
  sendNow(message: AlertMessage): Promise<void>;
  /** Whether people have what was sent now: a channel has taken it, or there is none. */
  isTaken(message: AlertMessage): boolean;
}

export const ALERT_MESSENGER = Symbol('AlertMessenger');
