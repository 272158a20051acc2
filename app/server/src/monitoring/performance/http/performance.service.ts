import { Inject, Injectable } from '@nestjs/common';
import { DATABASE } from '../../../database/database.module.ts';
import type { Database } from '../../../database/sql.ts';
import { cursorOf, positionOf } from '../../newest-cursor.ts';
import type { PerformanceQuery, SlowRecordItem, SlowRecordPage } from './performance.dto.ts';

const FIELDS = `
  id, kind, name, milliseconds, at, process, role, request_id AS "requestId", trace_id AS "traceId", detail`;

/** Two texts: one plan for a kind and one for all would use neither index. */
const PAGE = `
  SELECT ${FIELDS} FROM app.slow_records WHERE ($1::timestamptz IS NULL OR (at, id) < ($1, $2::uuid))
  ORDER BY at DESC, id DESC LIMIT $3`;
const PAGE_OF_KIND = `
  SELECT ${FIELDS} FROM app.slow_records WHERE kind = $4 AND ($1::timestamptz IS NULL OR (at, id) < ($1, $2::uuid))
  ORDER BY at DESC, id DESC LIMIT $3`;

/** What was slow, as people read it. */
@Injectable()
export class PerformanceService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** @throws InvalidParameterError for a cursor that no answer gave */
  async page({ kind, cursor, limit }: PerformanceQuery): Promise<SlowRecordPage> {
    const [at, id] = positionOf(cursor);
    const given = [at ?? null, id ?? null, limit + 1];
    const rows =
      kind === undefined
        ? await this.database.query<SlowRecordItem>(PAGE, given)
        : await this.database.query<SlowRecordItem>(PAGE_OF_KIND, [...given, kind]);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return { items, nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null };
  }
}
