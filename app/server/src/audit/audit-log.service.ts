import { Inject, Injectable, Logger } from '@nestjs/common';
import { currentRequest } from '../common/request-context.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database, Sql, Transaction } from '../database/sql.ts';
import { type CounterMetric, Metrics, type NoLabels } from '../monitoring/metrics/metrics.ts';
import { AUDIT_OUTCOMES, type AuditEvent, recordText } from './audit-record.ts';

export type { AuditEvent } from './audit-record.ts';

/** What becomes of details named like a secret: tests are to find them, a server must go on without them. */
export const SECRET_FIELDS = Symbol('SecretFields');

interface Written {
  readonly seq: string;
  readonly hash: string;
}

const APPEND = `INSERT INTO app.audit_log (record) VALUES ($1) RETURNING seq, encode(hash, 'hex') AS hash`;

const LABELS = { outcome: AUDIT_OUTCOMES };

/** Writes the audit log (docs/audit.md). */
@Injectable()
export class AuditLog {
  private readonly logger = new Logger('Audit');
  private readonly records: CounterMetric<typeof LABELS>;
  private readonly failures: CounterMetric<NoLabels>;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(SECRET_FIELDS) private readonly secretFields: 'refuse' | 'replace',
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
   * Each record is also a line on standard output, once it is committed: `seq` and `hash` in a store of log lines
   * are what a log rewritten from its first record would be found out by.
   * @throws SecretFieldError in tests, when a field of the details is named like a secret; what the database says. Who
   * acts without a transaction decides whether something may have happened that no record tells of.
   */
  async record(event: AuditEvent, sql?: Transaction): Promise<void> {
    const { action, outcome = 'success', object } = event;
    const text = recordText(event, currentRequest(), this.secretFields);
    const written = await this.append(sql ?? this.database, text);
    const tell = (): void => {
      this.logger.log({ ...written, action, outcome, objectKind: object.kind }, 'audit record');
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
