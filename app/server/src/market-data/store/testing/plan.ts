import type { ClientBase } from 'pg';
import { z } from 'zod';

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Relations that are read as a whole, and indexes that are used; of partitions the index they belong to. */
export interface PlanSummary {
  readonly scans: readonly string[];
  readonly indexes: readonly string[];
}

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string | undefined;
  readonly 'Index Name'?: string | undefined;
  readonly 'Conflict Arbiter Indexes'?: string[] | undefined;
  readonly Plans?: Node[] | undefined;
}

const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    'Node Type': z.string(),
    'Relation Name': z.string().optional(),
    'Index Name': z.string().optional(),
    'Conflict Arbiter Indexes': z.array(z.string()).optional(),
    Plans: z.array(node).optional(),
  }),
);
const plan = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: node })]) })]);

const flatten = (one: Node): readonly Node[] => [one, ...(one.Plans ?? []).flatMap(flatten)];

/** Partitions are called TABLE_YEAR or TABLE_YEAR_MONTH, their indexes PARTITION_pkey. */
const wholeOf = (name: string): string =>
  name.replace(/_\d{4}(_\d{2})?(?=_|$)/, '').replace(/_at_|_idx\d*$/, '_');

/** What PostgreSQL would do, without doing it. */
export async function explain(session: ClientBase, { sql, parameters }: Statement): Promise<PlanSummary> {
  const { rows } = await session.query(`EXPLAIN (FORMAT JSON) ${sql}`, [...parameters]);
  const nodes = flatten(plan.parse(rows)[0]['QUERY PLAN'][0].Plan);
  const scans = nodes
    .filter((one) => one['Node Type'] === 'Seq Scan')
    .flatMap((one) => (one['Relation Name'] === undefined ? [] : [one['Relation Name']]));
  const indexes = nodes
    .flatMap((one) => [one['Index Name'] ?? [], one['Conflict Arbiter Indexes'] ?? []].flat())
    .map(wholeOf);
  return { scans: [...new Set(scans)], indexes: [...new Set(indexes)] };
}
