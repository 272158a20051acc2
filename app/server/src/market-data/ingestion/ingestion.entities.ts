import {
  Column,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';

export const RUN_STATUSES = ['queued', 'running', 'completed', 'failed'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** One load of market data, from its order to its end. */
@Entity({ name: 'ingestion_runs' })
export class IngestionRunEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  /** Runs with the same key never exist side by side. */
  @Column('text')
  key!: string;

  @Column('text')
  source!: string;

  @Column('text')
  trigger!: string;

  /** null: everything the source has. */
  @Column('text', { array: true, nullable: true })
  symbols!: string[] | null;

  /** The pg-boss job that does the work. */
  @Column('uuid', { name: 'job_id', nullable: true })
  jobId!: string | null;

  @Column('text', { nullable: true })
  fingerprint!: string | null;

  @Column('text', { default: 'queued' })
  status!: RunStatus;

  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('text', { nullable: true })
  error!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;

  @OneToMany(() => IngestionProgressEntity, (progress) => progress.run)
  progress!: Relation<IngestionProgressEntity[]>;
}

/** How far one symbol of a run has got. */
@Entity({ name: 'ingestion_progress' })
export class IngestionProgressEntity {
  @PrimaryColumn('uuid', { name: 'run_id' })
  runId!: string;

  @PrimaryColumn('text')
  symbol!: string;

  @Column('integer', { name: 'rows_total' })
  rowsTotal!: number;

  @Column('integer', { name: 'rows_done', default: 0 })
  rowsDone!: number;

  @Column('integer', { name: 'rows_quarantined', default: 0 })
  rowsQuarantined!: number;

  @Column('integer', { name: 'rows_flagged', default: 0 })
  rowsFlagged!: number;

  @Column('timestamptz', { name: 'started_at', default: () => 'now()' })
  startedAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;

  @ManyToOne(() => IngestionRunEntity, (run) => run.progress)
  @JoinColumn({ name: 'run_id' })
  run!: Relation<IngestionRunEntity>;
}
