import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { Disposition } from '../checks/finding.ts';

/** A source row that was refused, or stored with a remark. */
@Entity({ name: 'quarantine' })
export class QuarantineEntity {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id!: string;

  @Column('text')
  source!: string;

  @Column('text')
  symbol!: string;

  /** 1 is the first row of the source. */
  @Column('integer', { name: 'row_number' })
  rowNumber!: number;

  @Column('text', { name: 'trade_date', nullable: true })
  date!: string | null;

  @Column('text')
  reason!: string;

  @Column('text')
  disposition!: Disposition;

  @Column('text')
  detail!: string;

  @Column('jsonb')
  raw!: unknown;
}
