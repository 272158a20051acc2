import type { DataSource } from 'typeorm';

/** Plain SQL with `$1` parameters; rows come back as objects. The caller states their type. */
export interface Sql {
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Sql {
  /** Commits when `work` resolves, rolls back when it throws. */
  transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result>;
}

interface Runner {
  query<Result>(sql: string, parameters?: unknown[]): Promise<Result>;
}

type Pair<Row> = readonly [rows: Row[], count: number];

function isPair<Row>(result: Row[] | Pair<Row>): result is Pair<Row> {
  return result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number';
}

/** TypeORM answers UPDATE and DELETE with `[rows, count]` and everything else with rows; here it is always rows. */
function sqlOf(runner: Runner): Sql {
  return {
    async query<Row>(sql: string, parameters: readonly unknown[] = []) {
      const result = await runner.query<Row[] | Pair<Row>>(sql, [...parameters]);
      return isPair(result) ? result[0] : result;
    },
  };
}

export function databaseOf(dataSource: DataSource): Database {
  return {
    query: (sql, parameters) => sqlOf(dataSource).query(sql, parameters),
    transaction: (work) => dataSource.transaction((manager) => work(sqlOf(manager))),
  };
}
