import type { Channel, ChannelMessage, Receipt } from '../channel.ts';

/** Keeps what it is given: for tests of whoever tells something, and of what becomes of it. */
export class MemoryChannel implements Channel {
  readonly kind = 'memory';
  readonly messages: ChannelMessage[] = [];
  /** What the next attempts meet, first to last; undefined: taken. */
  readonly failures: (Error | undefined)[] = [];

  constructor(readonly name = 'memory') {}

  async send(message: ChannelMessage, signal: AbortSignal): Promise<Receipt> {
    signal.throwIfAborted();
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    this.messages.push(message);
    return { code: undefined, remark: undefined };
  }
}
