import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { inSpan, isRecording } from '../common/tracing/tracer.ts';

/** Plain SQL with `$1` parameters; rows come back as objects. The caller states their type. */
export interface Sql {
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

export interface Transaction extends Sql {
  /** Runs `COPY … FROM STDIN`; `text` holds whole or broken lines of COPY's text format. */
  copyIn(statement: string, text: Iterable<string>): Promise<void>;
  /** Runs `tell` once the transaction is committed, and never when it is rolled back; `tell` must not throw. */
  afterCommit(tell: () => void): void;
}

export interface Database extends Sql {
  /** Commits when `work` resolves, rolls back when it throws. */
  transaction<Result>(work: (sql: Transaction) => Promise<Result>): Promise<Result>;
}

interface Runner {
  query<Result>(sql: string, parameters?: unknown[]): Promise<Result>;
}

type Pair<Row> = readonly [rows: Row[], count: number];

function isPair<Row>(result: Row[] | Pair<Row>): result is Pair<Row> {
  return result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number';
}

const STATEMENTS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'WITH'];

/** A query as a part of a recorded trace: which kind of statement, and nothing of what it says. */
function recorded<Result>(sql: string, ask: () => Promise<Result>): Promise<Result> {
  if (!isRecording()) return ask();
  const start = sql.trimStart().slice(0, 6).toUpperCase();
  const kind = STATEMENTS.find((statement) => start.startsWith(statement)) ?? 'OTHER';
  const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': kind };
  return inSpan(kind, 'client', attributes, ask);
}

/** TypeORM answers UPDATE and DELETE with `[rows, count]` and everything else with rows; here it is always rows. */
function sqlOf(runner: Runner): Sql {
  return {
    async query<Row>(sql: string, parameters: readonly unknown[] = []) {
      const result = await recorded(sql, () => runner.query<Row[] | Pair<Row>>(sql, [...parameters]));
      return isPair(result) ? result[0] : result;
    },
  };
}

/** TypeORM knows no COPY, so it goes over the transaction's own connection. */
function transactionOf(manager: EntityManager, told: (() => void)[]): Transaction {
  return {
    ...sqlOf(manager),
    async copyIn(statement, text) {
      const client: ClientBase | undefined = await manager.queryRunner?.connect();
      if (client === undefined) throw new Error('COPY needs the connection of a transaction');
      await pipeline(Readable.from(text, { objectMode: false }), client.query(copyFrom(statement)));
    },
    afterCommit: (tell) => void told.push(tell),
  };
}

export function databaseOf(dataSource: DataSource): Database {
  return {
    query: (sql, parameters) => sqlOf(dataSource).query(sql, parameters),
    async transaction(work) {
      const told: (() => void)[] = [];
      const result = await dataSource.transaction((manager) => work(transactionOf(manager, told)));
      for (const tell of told) tell();
      return result;
    },
  };
}
