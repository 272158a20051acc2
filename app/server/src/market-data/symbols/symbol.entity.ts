import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { SymbolKind } from '../../common/market/symbol.ts';

/** A listed instrument and what is stored of its bars. */
@Entity({ name: 'symbols' })
export class SymbolEntity {
  @PrimaryColumn('text')
  symbol!: string;

  @Column('text')
  code!: string;

  @Column('text')
  exchange!: string;

  @Column('text')
  name!: string;

  @Column('text')
  kind!: SymbolKind;

  @Column('text', { nullable: true })
  pinyin!: string | null;

  @PrimaryColumn('text')
  source!: string;

  @Column('date', { name: 'first_bar', nullable: true })
  firstBar!: string | null;

  @Column('date', { name: 'last_bar', nullable: true })
  lastBar!: string | null;

  @Column('integer', { name: 'bar_count', default: 0 })
  barCount!: number;
}
