import { Inject, Injectable, type OnModuleDestroy, Optional } from '@nestjs/common';
import { STOPWATCH, type Stopwatch } from '../../../common/clock.ts';
import { DATABASE } from '../../../database/database.module.ts';
import { PeriodicQueries } from '../../../database/periodic-queries.ts';
import type { Database } from '../../../database/sql.ts';
import { OutboundClient } from '../../../outbound/outbound-client.ts';
import { AlertTiming } from '../alert-timing.ts';
import type { Asked } from '../duty.ts';
import { DUTY_PATH, type WorkerAnswer, workerAnswer } from './answer.ts';
import {
  askedOf,
  type Elsewhere,
  elsewhereOf,
  type Heard,
  heardNow,
  ledBy,
  type Worker,
  workersBefore,
} from './hearing.ts';
import { FORGET, JOIN, LEAVE, LINE } from './line.sql.ts';
import { type Patience, PATIENCE, USUAL_PATIENCE } from './patience.ts';
import { isWell, type Seen } from './seen.ts';

/** An answer is a few hundred bytes. */
const MOST_BYTES = 65_536;
/** Who could not be reached is tried again after so many times the pause between two questions, and who could after more. */
const AGAIN = { unreached: 6, reached: 30 };

interface Tried {
  readonly at: number;
  readonly isReached: boolean;
}

/**
 * The workers in the order in which they speak about the database: learned from it while it answers, asked over their
 * management ports while it does not.
 */
@Injectable()
export class WorkerLine implements OnModuleDestroy {
  private readonly stopping = new AbortController();
  private own = '';
  private line: readonly Worker[] = [];
  private learnedAt = Number.POSITIVE_INFINITY;
  /** Whether the others could be reached when the database answered; they are few. */
  private tried: ReadonlyMap<string, Tried> = new Map();
  private readonly heard = new Map<string, Heard>();
  /** When the others were asked last. */
  private askedAt = Number.NEGATIVE_INFINITY;
  /** Since when they are asked without all having been seen to be well; undefined: they are not. */
  private since: number | undefined;
  /** Since when this worker sees trouble; undefined: it sees none. */
  private troubleSince: number | undefined;
  /** Another one leads, and all is well where it is. */
  private leader: string | undefined;

  constructor(
    @Inject(STOPWATCH) private readonly stopwatch: Stopwatch,
    @Inject(DATABASE) private readonly database: Database,
    private readonly timing: AlertTiming,
    @Inject(PeriodicQueries) queries: Pick<PeriodicQueries, 'hourly'>,
    @Optional() @Inject(PATIENCE) readonly patience: Patience = USUAL_PATIENCE,
  ) {
    queries.hourly('workers that are gone', () => this.database.query(FORGET));
  }

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /**
   * Tells the others where this worker can be asked, and learns who there is. Call it while the database answers.
   * @throws what the database says
   */
  async learn(own: Worker): Promise<void> {
    this.own = own.process;
    await this.database.query(JOIN, [own.process, own.address]);
    const { goneMs } = this.timing;
    const seen = await this.database.query<Worker>(LINE, [goneMs / 1000]);
    const at = this.stopwatch.ms();
    // After a silence the others may not have said yet that they are there.
    const silent = at - this.learnedAt > goneMs ? this.line : [];
    const line = [...seen, ...silent.filter((one) => !seen.some(({ process }) => process === one.process))];
    this.learnedAt = at;
    this.line = await this.reachable(line);
  }

  /**
   * Who cannot be reached while all is well is not taken for gone when all is not: it counts as one that has no address.
   * Each is tried again some time later, for a way may open, and close.
   */
  private async reachable(line: readonly Worker[]): Promise<Worker[]> {
    const tried = await Promise.all(
      line.map(async (worker): Promise<[Worker, Tried]> => [worker, await this.tryOut(worker)]),
    );
    this.tried = new Map(tried.map(([{ process }, one]) => [process, one]));
    return tried.map(([{ process, address }, { isReached }]) => ({
      process,
      address: isReached ? address : null,
    }));
  }

  private async tryOut(worker: Worker): Promise<Tried> {
    const at = this.stopwatch.ms();
    if (worker.process === this.own) return { at, isReached: true };
    const before = this.tried.get(worker.process);
    const pauses = before?.isReached === true ? AGAIN.reached : AGAIN.unreached;
    if (before !== undefined && at - before.at < pauses * this.patience.askMs) return before;
    return { at, isReached: (await this.answerOf(worker)) !== undefined };
  }

  /** Who leaves in order is not asked any more. */
  async leave(): Promise<void> {
    await this.database.query(LEAVE, [this.own]);
  }

  /**
   * Asks all others, all at once, if it is time to. Never rejects, and takes no longer than an answer may.
   * @param seen by this process
   */
  async ask(seen: Seen): Promise<void> {
    const at = this.stopwatch.ms();
    if (isWell(seen)) this.troubleSince = undefined;
    else this.troubleSince ??= at;
    if (isWell(seen)) this.since = at;
    this.since ??= at;
    if (at - this.askedAt < this.patience.askMs) return;
    this.askedAt = at;
    this.leader = undefined;
    await Promise.all(
      this.line
        .filter(({ process }) => process !== this.own)
        .map(async (worker) => {
          const answer = await this.answerOf(worker);
          if (answer !== undefined) this.hear(answer, seen);
        }),
    );
    if (this.isAlone) this.since = this.stopwatch.ms();
  }

  private hear(answer: WorkerAnswer, seen: Seen): void {
    const { process, duty } = answer;
    const heard = heardNow(this.heard.get(process), answer, seen, this.stopwatch.ms());
    this.heard.set(process, heard);
    if (heard.wellAt === undefined || duty !== 'leads' || isWell(seen)) return;
    this.leader = process;
    this.line = ledBy(process, this.line);
  }

  /** The trouble is over: what was heard of it holds no more. */
  rest(): void {
    this.since = undefined;
    this.troubleSince = undefined;
    this.leader = undefined;
    this.askedAt = Number.NEGATIVE_INFINITY;
    this.heard.clear();
  }

  /** This worker alone sees trouble: where another one is, all is well. */
  get isAlone(): boolean {
    const { troubleSince, patience } = this;
    if (troubleSince === undefined) return false;
    return [...this.heard.values()].some(
      ({ wellAt }) =>
        wellAt !== undefined && wellAt - troubleSince >= patience.seenMs && this.isRecent(wellAt),
    );
  }

  /** This worker sees trouble, and another one, where all is well, leads. */
  get isLedByAnother(): boolean {
    return this.isAlone && this.leader !== undefined;
  }

  /** What came of asking those before this worker; undefined: there is nobody, or nobody was asked yet. */
  asked(): Asked | undefined {
    if (this.since === undefined) return undefined;
    return askedOf(workersBefore(this.line, this.own), this.heard, this.since);
  }

  /** Who else has told of an alert of this rule. */
  elsewhere(rule: string): Elsewhere | undefined {
    return elsewhereOf(rule, this.line, this.own, this.heard, (judgedAt) => this.isRecent(judgedAt));
  }

  private isRecent(at: number): boolean {
    return this.stopwatch.ms() - at < this.patience.unansweredMs;
  }

  /** Undefined: nobody answers there, or not the process that is meant. */
  private async answerOf({ process, address }: Worker): Promise<WorkerAnswer | undefined> {
    if (address === null) return undefined;
    const { answerMs } = this.patience;
    try {
      const client = new OutboundClient({ kind: 'configured', origin: address }, { connectMs: answerMs });
      const { status, body } = await client.send({
        url: `${address}${DUTY_PATH}`,
        limits: { deadlineMs: answerMs, maxBytes: MOST_BYTES },
        signal: this.stopping.signal,
      });
      const answer = status === 200 ? workerAnswer.safeParse(JSON.parse(body.toString())).data : undefined;
      return answer?.process === process ? answer : undefined;
    } catch {
      // That nobody answers is what was asked.
      return undefined;
    }
  }
}
