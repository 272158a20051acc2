import { Inject, Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import { CLOCK, type Clock } from '../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import { keyringsOf } from '../common/configuration/keyrings-of.ts';
import { InvalidParameterError } from '../common/errors.ts';
import { currentRequest } from '../common/request-context.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database } from '../database/sql.ts';
import { cursorOf, positionOf } from './audit-cursor.ts';
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
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly log: AuditLog,
  ) {}

  /**
   * One record tells of a look: of its first page. Further ones with its cursor are the same look, for an hour.
   * @throws InvalidParameterError for an empty range of time and a cursor that no answer gave
   */
  async page(query: AuditQuery): Promise<AuditPage> {
    const { actor, action, objectKind, objectId, outcome, from, to, cursor, limit } = query;
    if (from !== undefined && to !== undefined) checkOrder(from, to);
    const { session: keyring } = keyringsOf(this.configuration);
    const look = { reader: readerOf(), filter: [actor, action, objectKind, objectId, outcome, from, to] };
    const now = this.clock.now().getTime();
    const at = cursor === undefined ? undefined : positionOf(keyring, look, cursor, now);
    const rows = await this.database.query<RecordRow>(PAGE, [
      ...look.filter.map((value) => value ?? null),
      at?.seq ?? null,
      limit + 1,
    ]);
    const items = rows.slice(0, limit).map(itemOf);
    const last = items.at(-1);
    const before = at?.seq;
    if (at?.isRecorded !== true)
      await this.log.record({
        action: 'audit.read',
        object: { kind: 'audit-log' },
        after: { actor, action, objectKind, objectId, outcome, from, to, before, records: items.length },
      });
    if (rows.length <= limit || last === undefined) return { items, nextCursor: null };
    const begunAt = at?.isRecorded === true ? at.begunAt : now;
    return { items, nextCursor: cursorOf(keyring, look, { seq: last.seq, begunAt }) };
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

function readerOf(): string[] {
  const principal = currentRequest()?.principal;
  if (principal === undefined) throw new Error('the audit log is read by nobody');
  return [principal.userId, principal.kind === 'session' ? principal.sessionId : principal.keyId];
}
