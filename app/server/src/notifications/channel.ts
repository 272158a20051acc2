import type { Content } from './content.ts';

/** What adapters there are; a label of metrics. */
export const CHANNEL_KINDS = ['email', 'webhook', 'memory'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** One message as it is handed to a channel, again and again until it is taken. */
export interface ChannelMessage {
  /** The same at each attempt: Message-ID and idempotency key, by which a receiver knows what it has. */
  readonly id: string;
  readonly createdAt: Date;
  readonly groupKey: string;
  /** Which installation tells it, as people call it; absent: nobody has named it. */
  readonly platform?: string | undefined;
  /** Of the whole group, also of what the message does not tell again: the end of one alert is not that of the others. */
  readonly status: 'firing' | 'resolved';
  /** At least one; those of a summary are the first of `count`. */
  readonly items: readonly Content[];
  /** How many there are where not all are shown: more came than the channel may be asked for. */
  readonly count: number;
  readonly isSummary: boolean;
}

/** The channel has taken the message. */
export interface Receipt {
  /** As the other side said it: 250, 204. */
  readonly code: string | undefined;
  /** What is worth keeping beside: a recipient of several that was refused. No secrets. */
  readonly remark: string | undefined;
}

/** The channel did not take the message. What it says is shown to operators, redacted. */
export class ChannelError extends Error {
  readonly code: string | undefined;
  /** False: the same message is refused for ever. */
  readonly mayWorkLater: boolean;
  /** What the other side asks for, in seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    message: string,
    options: {
      readonly mayWorkLater: boolean;
      readonly code?: string | undefined;
      readonly retryAfterSeconds?: number | undefined;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: options.cause });
    this.name = 'ChannelError';
    this.code = options.code;
    this.mayWorkLater = options.mayWorkLater;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** A way to tell somebody: e-mail, webhook. Bound by a deadline of the caller's, and safe to use many times at once. */
export interface Channel {
  /** As operators and `exceptChannels` name it. */
  readonly name: string;
  readonly kind: ChannelKind;
  /** @throws ChannelError; what `signal` was aborted with */
  send(message: ChannelMessage, signal: AbortSignal): Promise<Receipt>;
  /** Whether it could be used now, without telling anybody anything. @throws ChannelError */
  check?(signal: AbortSignal): Promise<void>;
}
