import { useState } from 'preact/hooks';
import { ActionButton } from '../forms/action.tsx';
import { Field, SelectField } from '../forms/field.tsx';
import { fieldProblem, Form, type Values } from '../forms/form.tsx';
import { List } from '../forms/list.tsx';
import { type Loaded, useLoaded } from '../forms/loaded.ts';
import { PageButtons, usePages } from '../forms/pages.tsx';
import { saveFile } from '../forms/save-file.ts';
import { instantText } from '../format.ts';
import { instantOf, spanOf } from './audit-filter.ts';
import { ActorText, RecordDetails } from './audit-record.tsx';
import { PageHeading } from './page-heading.tsx';
import { audit } from './routes.ts';
import { OUTCOME_TEXTS } from './texts.ts';
import { AUDIT_OUTCOMES, type AuditFilter, type AuditRecord } from './types.ts';

const OUTCOMES = [
  ['', '全部'] as const,
  ...AUDIT_OUTCOMES.map((outcome) => [outcome, OUTCOME_TEXTS[outcome]] as const),
];

function filterOf(values: Values): AuditFilter {
  return {
    actor: values.optional('actor'),
    action: values.optional('action'),
    objectKind: values.optional('objectKind'),
    outcome: AUDIT_OUTCOMES.find((outcome) => outcome === values.text('outcome')),
    from: instantOf(values.text('from')),
    to: instantOf(values.text('to')),
  };
}

const USER_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function FilterForm({ onChange }: { readonly onChange: (filter: AuditFilter) => void }) {
  const submit = (values: Values): Promise<void> => {
    const filter = filterOf(values);
    // The list is fetched by itself: what it would refuse is told here, next to the field.
    if (filter.actor !== undefined && !USER_ID.test(filter.actor))
      return Promise.reject(fieldProblem('actor', '请输入用户的编号（UUID）'));
    if (filter.action !== undefined && !/^[a-z0-9.-]{1,100}$/.test(filter.action))
      return Promise.reject(fieldProblem('action', '只有小写字母、数字、点和连字符'));
    onChange(filter);
    return Promise.resolve();
  };
  return (
    <Form submitText="筛选" onSubmit={submit}>
      <div class="filters">
        <Field name="action" label="操作" hint="或其开头，如 session." maxLength={100} isOptional />
        <SelectField name="outcome" label="结果" options={OUTCOMES} />
        <Field name="actor" label="操作者编号" maxLength={36} isOptional />
        <Field name="objectKind" label="对象种类" hint="如 user、api-key" maxLength={200} isOptional />
        <Field name="from" label="从" kind="datetime-local" isOptional />
        <Field name="to" label="到" kind="datetime-local" isOptional />
      </div>
    </Form>
  );
}

function Exports({ filter }: { readonly filter: AuditFilter }) {
  const save = async (format: 'csv' | 'ndjson'): Promise<void> => {
    const span = spanOf(filter, new Date());
    if (span === undefined) throw fieldProblem('to', '一次最多导出 366 天，并且“从”要早于“到”');
    await saveFile(audit.exportPath(format, span.from, span.to), `audit.${format}`);
  };
  return (
    <p class="actions">
      <ActionButton text="导出 CSV" onPress={() => save('csv')} />
      <ActionButton text="导出 NDJSON" onPress={() => save('ndjson')} />
      <span class="minor">
        导出“从”“到”之间的全部记录，没有填时为最近 30 天；NDJSON 可以验证，CSV 用于表格。
      </span>
    </p>
  );
}

function Records({ loaded }: { readonly loaded: Loaded<readonly AuditRecord[]> }) {
  return (
    <List
      label="审计记录"
      heads={['编号', '时间', '操作', '结果', '操作者', '对象', '地址', '详情']}
      loaded={loaded}
      empty="没有符合的记录。"
      keyOf={({ seq }) => String(seq)}
      cells={(record) => [
        record.seq,
        instantText(record.at),
        <code>{record.action}</code>,
        OUTCOME_TEXTS[record.outcome],
        <ActorText actor={record.actor} />,
        <span title={record.object.id ?? ''}>
          {record.object.kind} <small>{record.object.id?.slice(0, 8)}</small>
        </span>,
        record.address ?? '—',
        <RecordDetails record={record} />,
      ]}
    />
  );
}

export function AuditPage() {
  const [filter, setFilter] = useState<AuditFilter>({});
  const pages = usePages();
  const page = useLoaded(JSON.stringify([filter, pages.cursor]), (signal) =>
    audit.list(filter, pages.cursor, signal),
  );
  const next = page.value?.nextCursor;
  return (
    <main class="pages">
      <PageHeading text="审计日志" />
      <section class="panel" aria-label="筛选与导出">
        <FilterForm
          onChange={(wanted) => {
            pages.reset();
            setFilter(wanted);
            page.reload();
          }}
        />
        <Exports filter={filter} />
      </section>
      <section class="panel" aria-label="记录">
        <Records loaded={{ ...page, value: page.value?.items }} />
        <PageButtons
          label="审计日志翻页"
          back={pages.back}
          forth={next ? () => pages.forth(next) : undefined}
        />
      </section>
    </main>
  );
}
