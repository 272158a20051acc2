import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../../../audit/audit-log.service.ts';
import { CLOCK, type Clock } from '../../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../../common/configuration/configuration.ts';
import { InvalidParameterError, NotFoundError } from '../../../common/errors.ts';
import { DATABASE } from '../../../database/database.module.ts';
import type { Database, Transaction } from '../../../database/sql.ts';
import { cursorOf, positionOf } from '../../newest-cursor.ts';
import { historyBegins } from '../facts/facts.sql.ts';
import type { Report } from '../model/report.ts';
import { pageOf } from '../page/page-of.ts';
import { firstEndFrom, lastPeriod, type Period, SETTLE_MS } from '../period.ts';
import { htmlOf } from '../render/html.ts';
import { pdfOf } from '../render/pdf/pdf.ts';
import { fileNameOf, ReportMaker } from '../report-maker.ts';
import {
  findReport,
  reportOfPeriod,
  reportPage,
  type ReportRow,
  subjectKeyOf,
  toldOf,
} from '../reports.sql.ts';
import { jsonOf } from './report-json.ts';
import type { ReportBody, ReportFormat, ReportItem, ReportPage, ReportsQuery } from './reports.dto.ts';

/** A report as a file. */
export interface ReportFile {
  readonly mediaType: string;
  readonly disposition: string;
  readonly body: Buffer;
}

/** Reports as people read and order them. */
@Injectable()
export class ReportsService {
  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly maker: ReportMaker,
    private readonly audit: AuditLog,
  ) {}

  /** @throws InvalidParameterError for a cursor that no answer gave */
  async page({ kind, cursor, limit }: ReportsQuery): Promise<ReportPage> {
    const rows = await reportPage(this.database, kind, positionOf(cursor), limit + 1);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      items: await this.itemsOf(shown),
      nextCursor:
        rows.length > limit && last !== undefined ? cursorOf({ at: last.createdAt, id: last.id }) : null,
    };
  }

  /** @throws NotFoundError */
  async file(id: string, format: ReportFormat): Promise<ReportFile> {
    const report = await findReport(this.database, id);
    if (report === undefined) throw new NotFoundError('there is no such report');
    return fileOf(report, format);
  }

  /**
   * The report of a period that is over; made if there is none, and told, if it is to be, unless it was.
   * @throws InvalidParameterError for a time of which there is nothing, or that has not come
   */
  async make({ kind, to, send }: ReportBody): Promise<ReportItem> {
    const now = this.clock.now().getTime();
    const settled = now - SETTLE_MS;
    const at = to === undefined ? settled : Date.parse(to);
    if (at > now) throw new InvalidParameterError('to', 'must not be in the future');
    const period = lastPeriod(kind, at, this.configuration.monitoring.reports.timeZone);
    if (period.to > settled)
      throw new InvalidParameterError(
        'to',
        `must be earlier, or asked again after ${new Date(period.to + SETTLE_MS).toISOString()}: the last samples of that period are still being stored`,
      );
    const record = this.recording(period, send);
    if ((await reportOfPeriod(this.database, period)) === undefined) {
      await this.checkRecorded(period, now);
      await this.maker.make(period, { isTold: send, record });
    }
    const made = await reportOfPeriod(this.database, period);
    if (made === undefined) throw new NotFoundError('the report was removed while it was made');
    // Also where another call made it meanwhile.
    if (send && !made.isTold) await this.maker.tell(made.id, record);
    const [item] = await this.itemsOf([made]);
    if (item === undefined) throw new NotFoundError('the report was removed while it was made');
    return item;
  }

  /** @throws InvalidParameterError that says when there will be something to tell */
  private async checkRecorded({ kind, timeZone, to }: Period, now: number): Promise<void> {
    const begins = await historyBegins(this.database);
    if (begins !== undefined && begins <= to) return;
    const first = new Date(firstEndFrom(kind, begins ?? now, timeZone)).toISOString();
    const since =
      begins === undefined ? 'nothing is recorded yet' : `recorded since ${new Date(begins).toISOString()}`;
    throw new InvalidParameterError(
      'to',
      `must be ${first} or later: a ${kind} report is about a ${kind === 'daily' ? 'day' : 'week'} that is over (${timeZone}), and the first of which there is anything to tell ends then (${since})`,
    );
  }

  private recording({ kind, from }: Period, send: boolean): (sql: Transaction, id: string) => Promise<void> {
    return (sql, id) =>
      this.audit.record(
        {
          action: 'report.make',
          object: { kind: 'report', id },
          after: { kind, from: new Date(from).toISOString(), send },
        },
        sql,
      );
  }

  private async itemsOf(rows: readonly ReportRow[]): Promise<ReportItem[]> {
    const told = await toldOf(
      this.database,
      rows.map(({ id }) => id),
    );
    return rows.map(({ isTold: _, ...row }) => ({
      ...row,
      deliveries: told
        .filter(({ subject }) => subject === subjectKeyOf(row.id))
        .map(({ channel, state }) => ({ channel, state })),
    }));
  }
}

async function fileOf(report: Report, format: ReportFormat): Promise<ReportFile> {
  const name = `${fileNameOf(report)}.${format}`;
  const shown = `inline; filename="${name}"`;
  if (format === 'json')
    return {
      ...{ mediaType: 'application/json; charset=utf-8', disposition: shown },
      body: Buffer.from(jsonOf(report)),
    };
  const page = pageOf(report);
  if (format === 'html')
    return {
      ...{ mediaType: 'text/html; charset=utf-8', disposition: shown },
      body: Buffer.from(htmlOf(page)),
    };
  return {
    ...{ mediaType: 'application/pdf', disposition: `attachment; filename="${name}"` },
    body: await pdfOf(page, new Date(report.createdAt)),
  };
}
