import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Sql } from '../../../database/sql.ts';
import type { Section } from '../model/section.ts';
import type { Period } from '../period.ts';
import { ReportSections } from '../sections.ts';
import { counted, whole, wordsOfTime } from '../words.ts';

const MOST_ROWS = 10;

interface ErrorRow {
  readonly type: string;
  readonly message: string;
  readonly count: string;
  readonly lastSeenAt: Date;
  readonly isNew: boolean;
  readonly kinds: number;
  readonly newKinds: number;
}

/** $1 from, $2 to, $3 how many. New ones first, then what came most often. */
const SEEN = `
  SELECT type, message, count, last_seen_at AS "lastSeenAt", first_seen_at >= $1 AS "isNew",
         count(*) OVER ()::int AS kinds, (count(*) FILTER (WHERE first_seen_at >= $1) OVER ())::int AS "newKinds"
    FROM app.tracked_errors WHERE last_seen_at >= $1 AND first_seen_at < $2 AND status <> 'ignored'
   ORDER BY (first_seen_at >= $1) DESC, tracked_errors.count DESC, id LIMIT $3`;

/** Kinds of errors that were seen since the beginning of the period; those that it began with want attention. */
export async function gatherErrors(sql: Sql, { from, to, timeZone }: Period): Promise<Section> {
  const rows = await sql.query<ErrorRow>(SEEN, [new Date(from), new Date(to), MOST_ROWS]);
  const { instant } = wordsOfTime(timeZone);
  const [first] = rows;
  if (first === undefined) return { title: 'Errors', status: 'ok', summary: 'no error was seen' };
  const { kinds, newKinds } = first;
  return {
    title: 'Errors',
    status: newKinds > 0 ? 'attention' : 'ok',
    summary: `${counted(newKinds, 'new kind')} of error, ${whole(kinds)} in all`,
    table: {
      columns: ['Error', 'Since', 'Times in all', 'Last seen'],
      rows: rows.map(({ type, message, count, lastSeenAt, isNew }) => [
        `${type}: ${message}`,
        isNew ? 'new' : 'before',
        whole(Number(count)),
        instant(lastSeenAt.getTime()),
      ]),
    },
  };
}

/** Errors as `/monitoring/errors` groups them. */
@Injectable()
export class ErrorSection implements OnModuleInit {
  constructor(private readonly sections: ReportSections) {}

  onModuleInit(): void {
    this.sections.register('errors', 'Errors', gatherErrors);
  }
}
