import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { NotFoundError } from '../../common/errors.ts';
import { SymbolsService } from '../symbols/symbols.service.ts';
import { IngestionRunEntity } from './ingestion.entities.ts';
import { IngestionRuns } from './ingestion-runs.ts';
import type { Ingestion, IngestionList, IngestionOrderBody } from './ingestions.dto.ts';

const SHOWN = 20;

/** Orders loads for clients and tells how far they are. */
@Injectable()
export class IngestionsService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly runs: IngestionRuns,
    private readonly symbols: SymbolsService,
  ) {}

  async list(): Promise<IngestionList> {
    const runs = await this.dataSource.getRepository(IngestionRunEntity).find({
      order: { createdAt: 'DESC', progress: { symbol: 'ASC' } },
      relations: { progress: true },
      take: SHOWN,
    });
    return { items: runs.map((run) => this.describe(run)) };
  }

  async order({ symbols }: IngestionOrderBody): Promise<Ingestion> {
    for (const symbol of symbols ?? []) await this.symbols.get(symbol);
    const id = await this.runs.enqueue('request', symbols);
    const run = await this.dataSource
      .getRepository(IngestionRunEntity)
      .findOne({ where: { id }, relations: { progress: true } });
    if (run === null) throw new NotFoundError(`the ingestion ${id} was deleted`);
    return this.describe(run);
  }

  private describe(run: IngestionRunEntity): Ingestion {
    const sum = (key: 'rowsTotal' | 'rowsDone' | 'rowsQuarantined' | 'rowsFlagged'): number =>
      run.progress.reduce((total, progress) => total + progress[key], 0);
    const end = run.finishedAt ?? this.clock.now();
    return {
      id: run.id,
      source: run.source,
      trigger: run.trigger,
      status: run.status,
      attempts: run.attempts,
      error: run.error,
      rowsTotal: sum('rowsTotal'),
      rowsDone: sum('rowsDone'),
      rowsQuarantined: sum('rowsQuarantined'),
      rowsFlagged: sum('rowsFlagged'),
      elapsedSeconds:
        run.startedAt === null ? null : Math.max(0, end.getTime() - run.startedAt.getTime()) / 1000,
      createdAt: run.createdAt.toISOString(),
      startedAt: run.startedAt?.toISOString() ?? null,
      finishedAt: run.finishedAt?.toISOString() ?? null,
      symbols: run.progress.map(({ symbol, rowsTotal, rowsDone, rowsQuarantined, rowsFlagged }) => ({
        symbol,
        rowsTotal,
        rowsDone,
        rowsQuarantined,
        rowsFlagged,
      })),
    };
  }
}
