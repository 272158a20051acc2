/**
 * Static check: no SQL text is composed of anything that could come from outside. Values are parameters ($1); names of
 * tables and roles cannot be, so whatever is not constant stands in ALLOWED with its reason.
 */
import { resolve } from 'node:path';
import { type Allowed, checkSqlTexts } from './sql/check.ts';

const FOLDERS = ['app/server/src', 'operator/src'];

const PORT = 'the port itself: what it is given is judged where it is called';
const JOBS = 'text of pg-boss, which writes its own with parameters';

const ALLOWED: readonly Allowed[] = [
  { file: 'app/server/src/database/sql.ts', within: 'query', text: 'sql', reason: PORT },
  { file: 'app/server/src/database/sql.ts', within: 'copyIn', text: 'statement', reason: PORT },
  { file: 'app/server/src/database/job-queue.ts', within: 'executeSql', text: 'text', reason: JOBS },
  { file: 'app/server/src/database/jobs-on.ts', within: 'executeSql', text: 'text', reason: JOBS },
  {
    file: 'app/server/src/database/grants.ts',
    within: 'grantAccess',
    text: "statements.join(';\\n')",
    reason: 'names of roles and schemas, which cannot be parameters: all of them stand in that file',
  },
  {
    file: 'app/server/src/database/partitions.ts',
    within: 'createPartitions',
    text: "`CREATE TABLE IF NOT EXISTS app.${name} PARTITION OF app.${table.name} FOR VALUES FROM ('${from}') TO ('${to}')`",
    reason:
      'names of tables, which cannot be parameters: they stand in that file, and the dates are numbers of a clock',
  },
  {
    file: 'operator/src/postgres/bootstrap.ts',
    within: 'bootstrap',
    text: 'sql',
    reason:
      'roles and passwords cannot be parameters of CREATE ROLE: roles.ts quotes each, and its tests say how',
  },
];

const ROOT = resolve(import.meta.dirname, '../..');
const { files, violations, unused } = checkSqlTexts(ROOT, FOLDERS, ALLOWED);
for (const { file, line, within, text, why } of violations)
  console.error(
    `${file}:${line} in ${within || 'the module'}: ${text.replaceAll(/\s+/g, ' ').slice(0, 120)}\n    ${why}`,
  );
for (const { file, within, text } of unused)
  console.error(
    `${file}: nothing needs the exception for "${text}" in ${within} any more; remove it from hack/test/sql-texts.ts`,
  );
console.log(`SQL texts: ${files} files, ${violations.length} not constant, ${ALLOWED.length} exceptions`);
process.exitCode = violations.length + unused.length > 0 || files === 0 ? 1 : 0;
