import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { InvalidParameterError, NotFoundError, NotLoadedError } from '../../common/errors.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { MARKET_DATA_SOURCE, offersOf } from '../market-data-source.ts';
import { IngestionRuns } from './ingestion-runs.ts';
import { INGESTION_KINDS, type IngestionKind, isOffered } from './run.ts';
import { RUN, RUN_SYMBOLS, type RunRow, RUNS } from './ingestions.sql.ts';
import type {
  Ingestion,
  IngestionList,
  IngestionOrderBody,
  IngestionPage,
  IngestionPageQuery,
  IngestionSymbol,
} from './ingestions.dto.ts';

const SHOWN = 20;

/** Orders loads for clients and tells how far they are. */
@Injectable()
export class IngestionsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(MARKET_DATA_SOURCE) private readonly source: string,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly runs: IngestionRuns,
    private readonly audit: AuditLog,
  ) {}

  async list(): Promise<IngestionList> {
    const rows = await this.database.query<RunRow>(RUNS, [SHOWN]);
    return { items: rows.map((row) => this.describe(row)) };
  }

  /** @throws NotFoundError when there is no such run */
  async page(id: string, { outcome, after = '', limit }: IngestionPageQuery): Promise<IngestionPage> {
    const ingestion = await this.find(id);
    const rows = await this.database.query<IngestionSymbol>(RUN_SYMBOLS, [
      id,
      outcome ?? null,
      after,
      limit + 1,
    ]);
    const items = rows.slice(0, limit);
    const next = rows.length > limit ? (items.at(-1)?.symbol ?? null) : null;
    return { ingestion, items, next };
  }

  /**
   * @throws NotFoundError for symbols that the source does not list, each named; InvalidParameterError for a kind that
   * the source does not offer, and for minutes or details of a whole market; NotLoadedError before the source's list is stored; UnavailableError without a queue
   */
  async order({ kind, symbols }: IngestionOrderBody): Promise<Ingestion> {
    this.refuseNotOffered(kind);
    if (symbols === undefined && (kind === 'minutes' || kind === 'details'))
      throw new InvalidParameterError('symbols', `must name the symbols whose ${kind} to load, at most 1000`);
    if (symbols !== undefined && kind === 'snapshot')
      throw new InvalidParameterError('symbols', 'must be absent: a snapshot is of the whole market');
    const distinct = symbols && [...new Set(symbols)];
    if (distinct !== undefined) await this.refuseUnknown(distinct);
    const order = { kind, trigger: 'request', symbols: distinct } as const;
    const id = await this.runs.enqueue(order, (sql, runId) =>
      this.audit.record(
        {
          action: 'ingestion.order',
          object: { kind: 'ingestion', id: runId },
          after: { kind, symbols: distinct ?? 'all', symbolCount: distinct?.length },
        },
        sql,
      ),
    );
    return this.find(id);
  }

  private refuseNotOffered(kind: IngestionKind): void {
    const offers = offersOf(this.source);
    if (isOffered(kind, offers)) return;
    const offered = INGESTION_KINDS.filter((other) => isOffered(other, offers));
    throw new InvalidParameterError(
      'kind',
      `the source ${this.source} has no ${kind}; it has ${offered.join(', ')}`,
    );
  }

  private async refuseUnknown(symbols: readonly string[]): Promise<void> {
    const rows = await this.database.query<{ symbol: string }>(
      'SELECT symbol FROM app.symbols WHERE source = $1 AND symbol = ANY($2)',
      [this.source, symbols],
    );
    const known = new Set(rows.map((row) => row.symbol));
    const unknown = symbols.filter((symbol) => !known.has(symbol));
    if (unknown.length === 0) return;
    const any: unknown[] = await this.database.query('SELECT 1 FROM app.symbols WHERE source = $1 LIMIT 1', [
      this.source,
    ]);
    if (any.length === 0)
      throw new NotLoadedError(
        `the symbols of the source ${this.source} are not loaded yet; GET /api/v1/ingestions tells how far the first load is`,
      );
    throw new NotFoundError(
      `symbols: the source ${this.source} does not list ${unknown.slice(0, 20).join(', ')}`,
      unknown.map((symbol) => ({ parameter: 'symbols', detail: `no symbol ${symbol} is known` })),
    );
  }

  private async find(id: string): Promise<Ingestion> {
    const [row] = await this.database.query<RunRow>(RUN, [id]);
    if (row === undefined)
      throw new NotFoundError(`there is no load ${id}; GET /api/v1/ingestions lists them`);
    return this.describe(row);
  }

  private describe({ createdAt, startedAt, finishedAt, resumesAt, ...row }: RunRow): Ingestion {
    const end = finishedAt ?? this.clock.now();
    const elapsed = startedAt === null ? null : Math.max(0, end.getTime() - startedAt.getTime()) / 1000;
    return {
      ...row,
      elapsedSeconds: elapsed,
      resumesAt: resumesAt?.toISOString() ?? null,
      createdAt: createdAt.toISOString(),
      startedAt: startedAt?.toISOString() ?? null,
      finishedAt: finishedAt?.toISOString() ?? null,
    };
  }
}
