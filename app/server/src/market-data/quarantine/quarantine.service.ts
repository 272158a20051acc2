import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { QuarantineEntity } from './quarantine.entity.ts';
import type { QuarantineCount, QuarantineCounts, QuarantineList, QuarantineQuery } from './quarantine.dto.ts';

@Injectable()
export class QuarantineService {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async list({ symbol, disposition, limit }: QuarantineQuery): Promise<QuarantineList> {
    const where = {
      ...(symbol === undefined ? {} : { symbol }),
      ...(disposition === undefined ? {} : { disposition }),
    };
    const items = await this.repository.find({
      where,
      order: { symbol: 'ASC', rowNumber: 'ASC' },
      take: limit,
    });
    return { counts: await this.counts(where), items: items.map(({ id: _id, ...item }) => item) };
  }

  private async counts(where: object): Promise<QuarantineCounts> {
    const bySymbolAndReason = await this.repository
      .createQueryBuilder('row')
      .select([
        'row.symbol AS symbol',
        'row.reason AS reason',
        'row.disposition AS disposition',
        'count(*)::int AS count',
      ])
      .where(where)
      .groupBy('row.symbol, row.reason, row.disposition')
      .orderBy('row.symbol, row.reason')
      .getRawMany<QuarantineCount>();
    const sum = (disposition?: string): number =>
      bySymbolAndReason.reduce(
        (total, entry) =>
          total + (disposition === undefined || entry.disposition === disposition ? entry.count : 0),
        0,
      );
    return { total: sum(), rejected: sum('rejected'), flagged: sum('flagged'), bySymbolAndReason };
  }

  private get repository() {
    return this.dataSource.getRepository(QuarantineEntity);
  }
}
