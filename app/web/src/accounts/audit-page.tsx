import { useState } from 'preact/hooks';
import { List } from '../forms/list.tsx';
import { type Loaded, useLoaded } from '../forms/loaded.ts';
import { PageButtons, usePages } from '../forms/pages.tsx';
import { instantText } from '../format.ts';
import { AuditForm } from './audit-form.tsx';
import { ActionText, ActorText, ObjectText, RecordDetails } from './audit-record.tsx';
import { PageHeading } from './page-heading.tsx';
import { audit, users } from './routes.ts';
import { OUTCOME_TEXTS } from './texts.ts';
import type { AuditFilter, AuditRecord } from './types.ts';

/** User names by id. */
type Names = ReadonlyMap<string, string>;

function Records(props: { readonly loaded: Loaded<readonly AuditRecord[]>; readonly names: Names }) {
  const { loaded, names } = props;
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
        <ActionText action={record.action} />,
        OUTCOME_TEXTS[record.outcome],
        <ActorText actor={record.actor} names={names} />,
        <ObjectText object={record.object} names={names} />,
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
  // Who cannot be told by name is told by id: the log is readable without.
  const people = useLoaded('names', users.names).value ?? [];
  const names: Names = new Map(people.map(({ id, username }) => [id, username]));
  const next = page.value?.nextCursor;
  return (
    <main class="pages">
      <PageHeading text="审计日志" />
      <section class="panel" aria-label="筛选与导出">
        <AuditForm
          people={people}
          onChange={(wanted) => {
            pages.reset();
            setFilter(wanted);
            page.reload();
          }}
        />
      </section>
      <section class="panel" aria-label="记录">
        <Records loaded={{ ...page, value: page.value?.items }} names={names} />
        <PageButtons
          label="审计日志翻页"
          back={pages.back}
          forth={next ? () => pages.forth(next) : undefined}
        />
      </section>
    </main>
  );
}
