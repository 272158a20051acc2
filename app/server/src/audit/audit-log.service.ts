import { Inject, Injectable } from '@nestjs/common';
import { ProcessLog } from '../common/logging/process-log.ts';
import { currentRequest } from '../common/request-context.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database, Sql, Transaction } from '../database/sql.ts';
import { type CounterMetric, Metrics, type NoLabels } from '../monitoring/metrics/metrics.ts';
import { AUDIT_OUTCOMES, type AuditEvent, recordText } from './audit-record.ts';

export type { AuditEvent } from './audit-record.ts';

/** What becomes of details named like a secret: tests are to find them, a server must go on without them. */
export const SECRET_FIELDS = Symbol('SecretFields');

/** What writes the line that each record is; it comes at every level of the log. */
export type LineWriter = Pick<ProcessLog, 'writeAlways'>;

interface Written {
  readonly seq: string;
  readonly hash: string;
}

const APPEND = `INSERT INTO app.audit_log (record) VALUES ($1) RETURNING seq, encode(hash, 'hex') AS hash`;

const LABELS = { outcome: AUDIT_OUTCOMES };

/** Writes the audit log (docs/audit.md). */
@Injectable()
export class AuditLog {
  private readonly records: CounterMetric<typeof LABELS>;
  private readonly failures: CounterMetric<NoLabels>;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(SECRET_FIELDS) private readonly secretFields: 'refuse' | 'replace',
    @Inject(ProcessLog) private readonly log: LineWriter,
    metrics: Metrics,
  ) {
    this.records = metrics.counter(
      'audit_records_total',
      'Records written to the audit log, by what came of the action',
      LABELS,
    );
    this.failures = metrics.counter('audit_failures_total', 'Records that the audit log could not take', {});
  }

  /**
   * Adds a record: who and from where are those of the request that is being answered; without one, the platform itself.
   * Given a transaction, the change and its record are one. Then it is the LAST statement of that transaction: from here
   * to the commit every other record waits, and whoever waits for a row of ours while we wait for the log is a deadlock.
   * Each record is also a line of the log, at every level, once it is committed: `seq` and `hash` in a store of log lines
   * are what a log rewritten from its first record would be found out by.
   * @throws SecretFieldError in tests, when a field of the details is named like a secret; what the database says. Who
   * acts without a transaction decides whether something may have happened that no record tells of.
   */
  async record(event: AuditEvent, sql?: Transaction): Promise<void> {
    const { action, outcome = 'success', object } = event;
    const text = recordText(event, currentRequest(), this.secretFields);
    const written = await this.append(sql ?? this.database, text);
    const tell = (): void => {
      this.log.writeAlways(
        { context: 'Audit', ...written, action, outcome, objectKind: object.kind },
        'audit record',
      );
      this.records.inc({ outcome });
    };
    if (sql === undefined) tell();
    else sql.afterCommit(tell);
  }

  private async append(sql: Sql, text: string): Promise<Written | undefined> {
    try {
      const [written] = await sql.query<Written>(APPEND, [text]);
      return written;
    } catch (error) {
      this.failures.inc({});
      throw error;
    }
  }
}
