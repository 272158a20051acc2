import { Inject, Injectable, type OnModuleDestroy, Optional } from '@nestjs/common';
import { CLOCK, type Clock } from '../../../common/clock.ts';
import { DATABASE } from '../../../database/database.module.ts';
import { PeriodicQueries } from '../../../database/periodic-queries.ts';
import type { Database } from '../../../database/sql.ts';
import { OutboundClient } from '../../../outbound/outbound-client.ts';
import type { ComponentStatus } from '../../health/component.ts';
import type { Asked } from '../duty.ts';
import { DUTY_PATH, type WorkerAnswer, workerAnswer } from './answer.ts';
import {
  askedOf,
  type Elsewhere,
  elsewhereOf,
  type Heard,
  heardNow,
  type Worker,
  workersBefore,
} from './hearing.ts';
import { FORGET, JOIN, LEAVE, LINE } from './line.sql.ts';
import { type Patience, PATIENCE, USUAL_PATIENCE } from './patience.ts';

/** An answer is a few hundred bytes. */
const MOST_BYTES = 65_536;
/** Who has not been seen for so long is not in the line any more. */
const LEAST_SECONDS = 60;
/** Who could not be reached is tried again after so many times the pause between two questions. */
const AGAIN = 6;
/** Evaluations that a worker may miss. */
const MISSED = 3;

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
  /** Workers that have answered once; they are few, and each is another process. */
  private readonly reached = new Set<string>();
  private readonly triedAt = new Map<string, number>();
  private readonly heard = new Map<string, Heard>();
  /** When the others were asked last. */
  private askedAt = Number.NEGATIVE_INFINITY;
  /** Since when they are asked without the database having answered meanwhile; undefined: they are not. */
  private since: number | undefined;

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
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
   * @param evaluationSeconds how often each of them does so
   * @throws what the database says
   */
  async learn(own: Worker, evaluationSeconds: number): Promise<void> {
    this.own = own.process;
    await this.database.query(JOIN, [own.process, own.address]);
    const seconds = Math.max(LEAST_SECONDS, MISSED * evaluationSeconds);
    const seen = await this.database.query<Worker>(LINE, [seconds]);
    const at = this.clock.now().getTime();
    // After a silence the others may not have said yet that they are there.
    const silent = at - this.learnedAt > seconds * 1000 ? this.line : [];
    const line = [...seen, ...silent.filter((one) => !seen.some(({ process }) => process === one.process))];
    this.learnedAt = at;
    this.line = await this.reachable(line);
  }

  /**
   * Who cannot be reached while all is well is not taken for gone when all is not: it counts as one that has no address,
   * and is tried again some time later.
   */
  private reachable(line: readonly Worker[]): Promise<Worker[]> {
    const at = this.clock.now().getTime();
    return Promise.all(
      line.map(async (worker) => {
        const { process, address } = worker;
        if (address === null || process === this.own || this.reached.has(process)) return worker;
        if (at - (this.triedAt.get(process) ?? Number.NEGATIVE_INFINITY) >= AGAIN * this.patience.askMs) {
          this.triedAt.set(process, at);
          if ((await this.answerOf(worker)) !== undefined) {
            this.reached.add(process);
            return worker;
          }
        }
        return { process, address: null };
      }),
    );
  }

  /** Who leaves in order is not asked any more. */
  async leave(): Promise<void> {
    await this.database.query(LEAVE, [this.own]);
  }

  /**
   * Asks all others, all at once, if it is time to. Never rejects, and takes no longer than an answer may.
   * @param database as this process sees it
   */
  async ask(database: ComponentStatus): Promise<void> {
    const at = this.clock.now().getTime();
    if (database === 'up') this.since = at;
    this.since ??= at;
    if (at - this.askedAt < this.patience.askMs) return;
    this.askedAt = at;
    await Promise.all(
      this.line
        .filter(({ process }) => process !== this.own)
        .map(async (worker) => {
          const answer = await this.answerOf(worker);
          if (answer === undefined) return;
          const known = this.heard.get(worker.process);
          this.heard.set(worker.process, heardNow(known, answer, database, this.clock.now().getTime()));
        }),
    );
  }

  /** The trouble is over: what was heard of it holds no more. */
  rest(): void {
    this.since = undefined;
    this.askedAt = Number.NEGATIVE_INFINITY;
    this.heard.clear();
  }

  /** What came of asking those before this worker; undefined: there is nobody, or nobody was asked yet. */
  asked(): Asked | undefined {
    if (this.since === undefined) return undefined;
    return askedOf(workersBefore(this.line, this.own), this.heard, this.since);
  }

  /** Who else has told of an alert of this rule. */
  elsewhere(rule: string, at: number): Elsewhere | undefined {
    return elsewhereOf(
      rule,
      this.line,
      this.own,
      this.heard,
      (judgedAt) => at - judgedAt < this.patience.unansweredMs,
    );
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
