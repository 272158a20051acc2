import { Injectable } from '@nestjs/common';
import type { Sql } from '../../database/sql.ts';
import type { NotificationMessage } from '../message.ts';

/** A message that is the last word about something, and is true. */
export type StandingMessage = Pick<NotificationMessage, 'subjectKey' | 'transition'>;

/** Knows which of its messages stand. */
export type StandingSource = (sql: Sql) => Promise<readonly StandingMessage[]>;

/** What features say is still to be told where it was given up: only they know whether it is still the case. */
@Injectable()
export class StandingMessages {
  readonly #sources: StandingSource[] = [];

  register(source: StandingSource): void {
    this.#sources.push(source);
  }

  /** @throws what the database says */
  async all(sql: Sql): Promise<readonly StandingMessage[]> {
    const all: StandingMessage[] = [];
    for (const source of this.#sources) all.push(...(await source(sql)));
    return all;
  }
}
