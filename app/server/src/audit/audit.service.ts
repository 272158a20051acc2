import { Inject, Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import { InvalidParameterError } from '../common/errors.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database } from '../database/sql.ts';
import { exportText, itemOf, WRITERS } from './audit-export.ts';
import { AuditLog } from './audit-log.service.ts';
import type { AuditExportQuery, AuditPage, AuditQuery } from './audit.dto.ts';
import { type Bounds, BOUNDS, PAGE, type RecordRow } from './audit.sql.ts';

const DAY_MS = 86_400_000;
const LONGEST_DAYS = 366;
/** About 600 MB of NDJSON. */
const MOST_EXPORTED = 1_000_000;

export interface AuditExport {
  readonly name: string;
  readonly contentType: string;
  readonly stream: Readable;
}

/** Shows the audit log; who looked at what is in the log as well. */
@Injectable()
export class AuditService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly log: AuditLog,
  ) {}

  /** @throws InvalidParameterError for an empty range of time and a cursor that no answer gave */
  async page(query: AuditQuery): Promise<AuditPage> {
    const { actor, action, objectKind, objectId, outcome, from, to, cursor, limit } = query;
    if (from !== undefined && to !== undefined) checkOrder(from, to);
    const before = cursor === undefined ? undefined : seqOf(cursor);
    const filter = [actor, action, objectKind, objectId, outcome, from, to, before];
    const rows = await this.database.query<RecordRow>(PAGE, [
      ...filter.map((value) => value ?? null),
      limit + 1,
    ]);
    const items = rows.slice(0, limit).map(itemOf);
    const last = items.at(-1);
    await this.log.record({
      action: 'audit.read',
      object: { kind: 'audit-log' },
      after: { actor, action, objectKind, objectId, outcome, from, to, before, records: items.length },
    });
    return { items, nextCursor: rows.length > limit && last !== undefined ? cursorOf(last.seq) : null };
  }

  /**
   * All records of a time, and what lies between them, oldest first. That it is exported is recorded before the first byte.
   * @throws InvalidParameterError for a range that is empty, longer than 366 days or of more than 1,000,000 records
   */
  async export({ format, from, to }: AuditExportQuery): Promise<AuditExport> {
    checkOrder(from, to);
    if (Date.parse(to) - Date.parse(from) > LONGEST_DAYS * DAY_MS)
      throw new InvalidParameterError('to', `must be at most ${LONGEST_DAYS} days after from`);
    const [bounds] = await this.database.query<Bounds>(BOUNDS, [from, to, MOST_EXPORTED + 1]);
    const first = bounds?.first ?? 1;
    const last = bounds?.last ?? 0;
    if (last - first >= MOST_EXPORTED)
      throw new InvalidParameterError(
        'to',
        `from and to hold more than ${MOST_EXPORTED} records; ask for a shorter time`,
      );
    await this.log.record({
      action: 'audit.export',
      object: { kind: 'audit-log' },
      after: { format, from, to, records: last - first + 1, first, last },
    });
    const writer = WRITERS[format];
    return {
      name: last < first ? `audit-log-empty.${format}` : `audit-log-${first}-${last}.${format}`,
      contentType: writer.contentType,
      stream: Readable.from(exportText(this.database, writer, { first, last }), { objectMode: false }),
    };
  }
}

function checkOrder(from: string, to: string): void {
  if (Date.parse(from) >= Date.parse(to))
    throw new InvalidParameterError('from', `must be before to (${to})`);
}

/** The number of the last record shown. Clients are to hand it back and not to make one. */
function cursorOf(seq: number): string {
  return Buffer.from(`seq:${seq}`).toString('base64url');
}

function seqOf(cursor: string): number {
  const seq = /^seq:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (seq === undefined)
    throw new InvalidParameterError('cursor', 'must be the nextCursor of the answer before');
  return Number(seq);
}
