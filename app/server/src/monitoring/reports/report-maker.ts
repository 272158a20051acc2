import { Inject, Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DATABASE } from '../../database/database.module.ts';
import type { Database, Transaction } from '../../database/sql.ts';
import { type NotificationMessage, Notifications } from '../../notifications/notifications.service.ts';
import { type CounterMetric, Metrics } from '../metrics/metrics.ts';
import { ReportFacts } from './facts/report-facts.ts';
import { type Report, reportOf } from './model/report.ts';
import { pageOf, subjectOf } from './page/page-of.ts';
import { type Period, REPORT_KINDS, type ReportKind } from './period.ts';
import { htmlOf } from './render/html.ts';
import { pdfOf } from './render/pdf/pdf.ts';
import { textOf } from './render/text.ts';
import { addReport, findReport, markTold, subjectKeyOf } from './reports.sql.ts';

const BOUNDS = { kind: REPORT_KINDS, outcome: ['made', 'failed'] } as const;

/** Name of a file about a report, without its ending. */
export function fileNameOf({ kind, firstDay, lastDay }: Report): string {
  return `operations-${kind}-${kind === 'daily' ? firstDay : `${firstDay}-to-${lastDay}`}`;
}

/** Done last in the transaction that stores or tells a report, if it does. */
type Recording = (sql: Transaction, id: string) => Promise<void>;

/** What else is a part of making one. */
interface Making {
  /** Tell it over all channels. */
  readonly isTold: boolean;
  readonly record?: Recording;
}

/** Makes reports: gathers, judges, stores, and hands them to whoever tells people. */
@Injectable()
export class ReportMaker {
  private readonly logger = new Logger('Reports');
  private readonly counter: CounterMetric<typeof BOUNDS>;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly facts: ReportFacts,
    private readonly notifications: Notifications,
    metrics: Metrics,
  ) {
    this.counter = metrics.counter(
      'operations_reports_total',
      'Operations reports made, and attempts that failed',
      BOUNDS,
    );
  }

  /**
   * Once for a period, however many make it at once: stored and enqueued are both or none.
   * @returns whether this call made it; false where there is one already
   * @throws what the database says
   */
  async make(period: Period, making: Making): Promise<boolean> {
    const report = reportOf(await this.facts.gather(period));
    const isMade = await this.store(report, making);
    if (isMade) this.counter.inc({ kind: period.kind, outcome: 'made' });
    return isMade;
  }

  /** An attempt that whoever asked for it repeats, at whatever it failed. */
  failed(kind: ReportKind, error: unknown): void {
    this.counter.inc({ kind, outcome: 'failed' });
    this.logger.error(
      { err: error },
      `the ${kind} report was not made or not told, and is tried again in a minute`,
    );
  }

  /**
   * Tells one that was stored without telling anybody, once, however many do at once.
   * @returns whether this call did; false where it was told before, or is gone
   * @throws what the database says
   */
  async tell(id: string, record?: Recording): Promise<boolean> {
    const report = await findReport(this.database, id);
    if (report === undefined) return false;
    const messages = await messagesOf(report, id);
    return this.database.transaction(async (sql) => {
      if (!(await markTold(sql, id))) return false;
      await this.enqueue(sql, messages);
      await record?.(sql, id);
      return true;
    });
  }

  private async enqueue(sql: Transaction, messages: readonly NotificationMessage[]): Promise<void> {
    for (const message of messages) await this.notifications.enqueue(sql, message);
  }

  private async store(report: Report, { isTold, record }: Making): Promise<boolean> {
    const id = randomUUID();
    // Before the transaction, for drawing takes longer than a row should be locked.
    const messages = isTold ? await messagesOf(report, id) : [];
    const isMade = await this.database.transaction(async (sql) => {
      if (!(await addReport(sql, id, report, isTold))) return false;
      await this.enqueue(sql, messages);
      await record?.(sql, id);
      return true;
    });
    if (isMade)
      this.logger.log({ reportId: id, verdict: report.verdict.title }, `made the ${subjectOf(report)}`);
    return isMade;
  }
}

/** A mail has it all; other channels carry words. */
async function messagesOf(report: Report, id: string): Promise<NotificationMessage[]> {
  const page = pageOf(report);
  const words = { kind: 'document', title: subjectOf(report), text: textOf(page) } as const;
  const pdf = await pdfOf(page, new Date(report.createdAt));
  const attachment = {
    ...{ name: `${fileNameOf(report)}.pdf`, mediaType: 'application/pdf' },
    base64: pdf.toString('base64'),
  };
  const subjectKey = subjectKeyOf(id);
  // Each goes on its own.
  const about = { subjectKey, transition: 'made', groupKey: subjectKey };
  return [
    {
      ...about,
      content: { ...words, html: htmlOf(page), attachments: [attachment] },
      onlyChannels: ['email'],
    },
    { ...about, content: words, exceptChannels: ['email'] },
  ];
}
