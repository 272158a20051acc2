import type { z } from 'zod';
import { parseJson } from '../gateway/json-body.ts';
import { type ContractViolation, SourceError } from '../source-error.ts';
import type { UpstreamFunction } from './functions.ts';

export function violated(violation: ContractViolation, cause: string): SourceError {
  return new SourceError('the answer', { failure: 'contract', violation, cause });
}

function violationOf(issue: z.core.$ZodIssue, record: unknown): ContractViolation {
  if (issue.code === 'custom' && issue.params?.['violation'] === 'bad_date') return 'bad_date';
  const [column] = issue.path;
  if (typeof record !== 'object' || record === null || column === undefined) return 'wrong_type';
  return Object.hasOwn(record, column) ? 'wrong_type' : 'missing_column';
}

export interface ReadRow<Row> {
  readonly row: Row;
  /** The record as it came. */
  readonly raw: unknown;
}

/**
 * The records of an answer, each checked by the names of its columns. One that breaks the contract refuses the whole
 * answer: where one column moved, the others cannot be believed.
 * @throws SourceError of kind `contract`
 */
export function readRows<Row>(definition: UpstreamFunction<Row>, body: string): readonly ReadRow<Row>[] {
  const records = parseJson(body);
  if (!Array.isArray(records))
    throw violated('not_an_array', `${definition.name} answered with ${typeof records}`);
  return records.map((raw: unknown, index) => {
    const result = definition.row.safeParse(raw);
    if (result.success) return { row: result.data, raw };
    const [issue] = result.error.issues;
    if (issue === undefined) throw violated('wrong_type', `row ${index + 1}`);
    const where = `row ${index + 1} of ${definition.name}, ${issue.path.join('.')}: ${issue.message}`;
    throw violated(violationOf(issue, raw), where);
  });
}
