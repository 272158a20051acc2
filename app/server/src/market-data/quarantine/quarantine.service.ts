import { Inject, Injectable } from '@nestjs/common';
import { type AuditEvent, AuditLog } from '../../audit/audit-log.service.ts';
import { NotFoundError } from '../../common/errors.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database, Transaction } from '../../database/sql.ts';
import { type CounterMetric, Metrics } from '../../monitoring/metrics/metrics.ts';
import { MARKET_DATA_SOURCE } from '../market-data-source.ts';
import type { Bar, MinuteBar } from '../provider.ts';
import type { Resolution } from '../store/findings.ts';
import { lockSymbols } from '../store/symbols.ts';
import { removeRow, standingBar, storeRow } from './decisions.ts';
import { NotReleasableError } from './quarantine.errors.ts';
import type {
  QuarantineCount,
  QuarantineCounts,
  QuarantineItem,
  QuarantineList,
  QuarantineQuery,
  QuarantineReasonCount,
} from './quarantine.dto.ts';
import {
  COUNTS,
  MOST_COUNTED,
  PAGE,
  type QuarantinedBar,
  type QuarantineRow,
  RESOLVE,
  ROW,
  SIBLINGS,
  SYMBOL_OF,
} from './quarantine.sql.ts';

/** Groups shown with a list. */
const SHOWN_GROUPS = 200;

const LABELS = { source: { max: 5 }, resolution: ['released', 'dropped'] } as const;

/** Shows what the checks found, and keeps what people decide about it. */
@Injectable()
export class QuarantineService {
  private readonly decisions: CounterMetric<typeof LABELS>;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(MARKET_DATA_SOURCE) private readonly source: string,
    metrics: Metrics,
    private readonly audit: AuditLog,
  ) {
    this.decisions = metrics.counter(
      'quarantine_decisions_total',
      'Decisions of people about quarantined rows',
      LABELS,
    );
  }

  async list(query: QuarantineQuery): Promise<QuarantineList> {
    const { symbol, disposition, dataset, reason, state, after, limit } = query;
    const filter = [this.source, symbol, disposition, dataset, reason, state].map((value) => value ?? null);
    const rows = await this.database.query<QuarantineRow>(PAGE, [...filter, after ?? '0', limit + 1]);
    const items = rows.slice(0, limit).map(itemOf);
    const next = rows.length > limit ? (items.at(-1)?.id ?? null) : null;
    return { counts: await this.counts(filter), items, next };
  }

  /**
   * Keeps a decision and does what follows from it, in one transaction: a released row becomes a bar, a dropped one is
   * none any more, factors and statistics of the symbol follow, and the audit log has a record. Deciding the same again changes nothing.
   * @throws NotFoundError; NotReleasableError when the row breaks what every bar must hold
   */
  async decide(id: string, resolution: Resolution, because: string): Promise<QuarantineItem> {
    const [known] = /^\d{1,18}$/.test(id)
      ? await this.database.query<{ symbol: string }>(SYMBOL_OF, [id, this.source])
      : [];
    if (known === undefined) throw missing(id);
    const decided = await this.database.transaction(async (sql) => {
      // As every writer of the series: the symbol first, then what belongs to it.
      await lockSymbols(sql, this.source, [known.symbol]);
      const [row] = await sql.query<QuarantinedBar>(ROW, [id]);
      if (row === undefined) throw missing(id);
      if (row.resolution === resolution) return row;
      const resolved = await resolve(sql, row, resolution, because);
      await this.audit.record(decisionOn(row, resolution, because), sql);
      return resolved;
    });
    this.decisions.inc({ source: this.source, resolution });
    return itemOf(decided);
  }

  private async counts(filter: readonly unknown[]): Promise<QuarantineCounts> {
    const groups = await this.database.query<QuarantineCount>(COUNTS, filter);
    const sum = (disposition?: string): number =>
      groups
        .filter((entry) => disposition === undefined || entry.disposition === disposition)
        .reduce((total, entry) => total + entry.count, 0);
    const [total, rejected, held, flagged] = [sum(), sum('rejected'), sum('held'), sum('flagged')];
    const bySymbolAndReason = groups.slice(0, SHOWN_GROUPS);
    return {
      total,
      isCapped: total === MOST_COUNTED,
      rejected,
      held,
      flagged,
      byReason: byReasonOf(groups),
      bySymbolAndReason,
    };
  }
}

function decisionOn(row: QuarantinedBar, resolution: Resolution, reason: string): AuditEvent {
  const { id, symbol, dataset, date } = row;
  return {
    action: resolution === 'released' ? 'quarantine.release' : 'quarantine.drop',
    object: { kind: 'quarantined-row', id },
    before: { resolution: row.resolution },
    after: { resolution, symbol, dataset, date, finding: row.reason },
    reason,
  };
}

/** The same counts over all symbols, in a stable order. */
function byReasonOf(groups: readonly QuarantineCount[]): QuarantineReasonCount[] {
  const keyOf = ({ dataset, reason, disposition }: QuarantineReasonCount): string =>
    `${dataset} ${reason} ${disposition}`;
  const counts = new Map<string, QuarantineReasonCount>();
  for (const { symbol: _symbol, ...group } of groups) {
    const count = (counts.get(keyOf(group))?.count ?? 0) + group.count;
    counts.set(keyOf(group), { ...group, count });
  }
  return [...counts.values()].toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

async function resolve(
  sql: Transaction,
  row: QuarantinedBar,
  resolution: Resolution,
  because: string,
): Promise<QuarantineRow> {
  const { id, source, symbol, dataset, subject } = row;
  const siblings = await sql.query<Pick<QuarantineRow, 'disposition' | 'resolution'>>(SIBLINGS, [
    source,
    symbol,
    dataset,
    subject,
    id,
  ]);
  if (resolution === 'released') {
    if (row.disposition === 'rejected' || row.bar === null)
      throw new NotReleasableError(
        `row ${id} of ${symbol} can be no bar: ${row.detail}; drop it, and load ${symbol} again when the source has mended it`,
      );
    const stops = siblings.some(
      (other) =>
        other.resolution === 'dropped' || (other.disposition === 'held' && other.resolution === null),
    );
    if (!stops) await release(sql, row, row.bar);
  } else if (row.bar !== null && (await standingBar(sql, row, row.bar)) === subject)
    // What the source has mended since is another bar, which nobody has judged.
    await removeRow(sql, row, row.bar);
  const [resolved] = await sql.query<QuarantineRow>(RESOLVE, [id, resolution, because]);
  if (resolved === undefined) throw missing(id);
  return resolved;
}

/** @throws NotReleasableError when the source has given another bar of that time since */
async function release(sql: Transaction, row: QuarantinedBar, bar: Bar | MinuteBar): Promise<void> {
  const other = await standingBar(sql, row, bar);
  if (other !== undefined && other !== row.subject)
    throw new NotReleasableError(
      `the source has mended the row since: the bar of ${row.symbol} is ${other} now, and this one would be ${row.subject}`,
    );
  await storeRow(sql, row, bar);
}

function missing(id: string): NotFoundError {
  return new NotFoundError(
    `there is no quarantined row ${id.slice(0, 20)}; GET /api/v1/quarantine lists them`,
  );
}

function itemOf(row: QuarantineRow): QuarantineItem {
  const { id, source, origin, dataset, symbol, rowNumber, date, reason, disposition, detail, raw } = row;
  const { resolution, resolvedAt, resolvedBecause } = row;
  return {
    id,
    source,
    origin,
    dataset,
    symbol,
    rowNumber,
    date,
    reason,
    disposition,
    detail,
    raw,
    resolution,
    resolvedAt: resolvedAt?.toISOString() ?? null,
    resolvedBecause,
  };
}
