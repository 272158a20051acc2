import type { Attempt } from '../deliveries/attempt.ts';
import type { NotificationMessage } from '../message.ts';

/** A message over one channel that was to be sent without the database, and what became of it. */
export class DirectDelivery {
  readonly at = new Date();
  /** The database shall have it too, which has more patience and shows it to people. */
  isLate = false;
  #sent: Attempt | undefined;
  #isRecorded = false;
  #isOver = false;
  /** The later message about the same alert. */
  #successor: DirectDelivery | undefined;
  readonly #overtaken = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  #recording: Promise<unknown> = Promise.resolve();

  constructor(
    readonly id: string,
    readonly channel: string,
    readonly message: NotificationMessage,
  ) {}

  /** Absent: being tried, or not taken. */
  get sent(): Attempt | undefined {
    return this.#sent;
  }

  get isRecorded(): boolean {
    return this.#isRecorded;
  }

  /** It is tried no more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Aborted when a later message about the same alert is there. */
  get overtaken(): AbortSignal {
    return this.#overtaken.signal;
  }

  /** Ends this one, as that one says all there is to say. Resolves when nobody is at it any more: an attempt may take its time. */
  async giveWayTo(successor: DirectDelivery): Promise<void> {
    this.#successor = successor;
    this.#overtaken.abort();
    await this.#ended.promise;
    await this.#recording;
  }

  taken(sent: Attempt): void {
    this.#sent = sent;
    // The database may have it as one that waits.
    this.#isRecorded = false;
  }

  end(): void {
    this.#isOver = true;
    this.#ended.resolve();
  }

  /** @throws what `write` throws */
  async record(write: () => Promise<void>): Promise<void> {
    const sent = this.#sent;
    const writing = write();
    this.#recording = writing.catch(() => undefined);
    await writing;
    // Taken meanwhile: that is to be written as well.
    if (this.#sent === sent) this.#isRecorded = true;
  }

  /** Not taken here: the database has it, and tells it. */
  get isLeftToDatabase(): boolean {
    return this.#isRecorded && this.#sent === undefined && this.toldIn === undefined;
  }

  /** Id of the message that was told in its place. */
  get toldIn(): string | undefined {
    if (this.#successor === undefined || this.#sent !== undefined) return undefined;
    return this.#successor.sent === undefined ? this.#successor.toldIn : this.#successor.id;
  }

  /** Whether the database is to have it now. What another one may be told in place of waits for what becomes of that. */
  get isToRecord(): boolean {
    if (this.#isRecorded) return false;
    if (this.#sent !== undefined) return true;
    if (this.#successor === undefined) return this.#isOver || this.isLate;
    return (
      this.#isOver && (this.toldIn !== undefined || this.#successor.isToRecord || this.#successor.isRecorded)
    );
  }
}
