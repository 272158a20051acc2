import { ActionButton } from '../forms/action.tsx';
import { Field, SelectField } from '../forms/field.tsx';
import { fieldProblem } from '../forms/field-problem.ts';
import { Form, useValues, type Values } from '../forms/form.tsx';
import { saveFile } from '../forms/save-file.ts';
import type { User } from '../session.ts';
import { instantOf, spanOf } from './audit-filter.ts';
import { ACTIONS, OBJECT_KINDS } from './audit-words.ts';
import { audit } from './routes.ts';
import { OUTCOME_TEXTS } from './texts.ts';
import { AUDIT_OUTCOMES, type AuditFilter } from './types.ts';

const OUTCOMES = [
  ['', '全部'] as const,
  ...AUDIT_OUTCOMES.map((outcome) => [outcome, OUTCOME_TEXTS[outcome]] as const),
];

const USER_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** By name, or by the id where nobody has it any more. @throws ProblemError for a name that nobody has */
function actorOf(text: string | undefined, people: readonly User[]): string | undefined {
  if (text === undefined || USER_ID.test(text)) return text;
  const found = people.find(({ username }) => username === text.toLowerCase());
  if (!found) throw fieldProblem('actor', '没有这个用户名；已删除的用户请输入编号（UUID）');
  return found.id;
}

/** The list is fetched by itself: what it would refuse is told here, next to the field. @throws ProblemError */
function filterOf(values: Values, people: readonly User[]): AuditFilter {
  const action = values.optional('action');
  if (action !== undefined && !/^[a-z0-9.-]{1,100}$/.test(action))
    throw fieldProblem('action', '只有小写字母、数字、点和连字符');
  const from = instantOf(values.text('from'));
  const to = instantOf(values.text('to'));
  if (from !== undefined && to !== undefined && from >= to) throw fieldProblem('to', '“从”要早于“到”');
  return {
    actor: actorOf(values.optional('actor'), people),
    action,
    objectKind: values.optional('objectKind'),
    outcome: AUDIT_OUTCOMES.find((outcome) => outcome === values.text('outcome')),
    from,
    to,
  };
}

/** What is exported is what the fields say now, whether or not the list was narrowed down by them. */
function Exports() {
  const read = useValues();
  const save = async (format: 'csv' | 'ndjson'): Promise<void> => {
    const values = read();
    if (values === undefined) return;
    const given = { from: instantOf(values.text('from')), to: instantOf(values.text('to')) };
    const span = spanOf(given, new Date());
    if (span === undefined) throw fieldProblem('to', '一次最多导出 366 天，并且“从”要早于“到”');
    await saveFile(audit.exportPath(format, span.from, span.to), `audit.${format}`);
  };
  return (
    <p class="actions">
      <ActionButton text="导出 CSV" onPress={() => save('csv')} />
      <ActionButton text="导出 NDJSON" onPress={() => save('ndjson')} />
      <span class="minor">
        导出上面“从”“到”之间的全部记录，不按其他条件筛选；没有填时为最近 30 天。NDJSON 可以验证，CSV
        用于表格。
      </span>
    </p>
  );
}

/** @param props.people who can be told by name */
export function AuditForm(props: {
  readonly people: readonly User[];
  readonly onChange: (filter: AuditFilter) => void;
}) {
  const { people, onChange } = props;
  const names = people.map(({ username, displayName }) => [username, displayName] as const);
  return (
    <Form
      submitText="筛选"
      onSubmit={async (values) => onChange(filterOf(values, people))}
      footer={<Exports />}
    >
      <div class="filters">
        <Field name="action" label="操作" hint="或其开头，如 session." suggestions={ACTIONS} isOptional />
        <SelectField name="outcome" label="结果" options={OUTCOMES} />
        <Field name="actor" label="操作者" hint="用户名，或编号（UUID）" suggestions={names} isOptional />
        <Field
          name="objectKind"
          label="对象种类"
          hint="如 user、api-key"
          suggestions={OBJECT_KINDS}
          isOptional
        />
        <Field name="from" label="从" kind="datetime-local" isOptional />
        <Field name="to" label="到" kind="datetime-local" isOptional />
      </div>
    </Form>
  );
}
