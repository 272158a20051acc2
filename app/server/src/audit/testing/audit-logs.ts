import type { Database } from '../../database/sql.ts';
import { Metrics } from '../../monitoring/metrics/metrics.ts';
import { AuditLog, type LineWriter } from '../audit-log.service.ts';

/** The log of a test database, as the module makes it in tests. */
export function auditLogOf(
  database: Database,
  metrics = new Metrics(),
  lines: LineWriter = NO_LINES,
): AuditLog {
  return new AuditLog(database, 'refuse', lines, metrics);
}

/** For tests that read no log. */
export const NO_LINES: LineWriter = { writeAlways: () => undefined };

export interface StoredRecord {
  readonly seq: string;
  readonly hash: string;
  readonly record: string;
  readonly at: Date;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly action: string;
  readonly object_kind: string;
  readonly object_id: string | null;
  readonly outcome: string;
  readonly address: string | null;
  readonly request_id: string | null;
}

/** All of the log, oldest first. */
export function storedRecords(database: Database): Promise<StoredRecord[]> {
  return database.query<StoredRecord>(
    `SELECT seq, encode(hash, 'hex') AS hash, record, at, actor_kind, actor_id, action, object_kind, object_id, outcome,
            address, request_id FROM app.audit_log ORDER BY app.audit_log.seq`,
  );
}
