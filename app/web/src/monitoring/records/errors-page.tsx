import { instantOf } from '../../accounts/audit-filter.ts';
import { Field, SelectField } from '../../forms/field.tsx';
import { Free, List } from '../../forms/list.tsx';
import { localOf } from '../alerts/times.ts';
import { type FilterFields, instant, matching, oneOf, readFilterOf } from '../address-filter.ts';
import { Filter, Listed, listOf, type Query, Unread, usePagedList } from '../list-page.tsx';
import { errors } from '../routes.ts';
import { ErrorStatusTag, Tag } from '../tag.tsx';
import { ERROR_STATUSES } from '../types.ts';
import { clockText } from '../units.ts';
import { writeWhere } from '../where.ts';
import { errorStatusText, roleText } from '../words.ts';

const FIELDS: FilterFields = {
  status: oneOf('状态', ERROR_STATUSES),
  since: instant('最近发生于此后'),
  q: matching('种类或消息含有', /^\P{Cc}{1,100}$/u),
};

function ErrorFilter({ query }: { readonly query: Query }) {
  return (
    <Filter
      section="errors"
      query={query}
      read={(values) => ({
        status: values.text('status'),
        since: instantOf(values.text('since')),
        q: values.optional('q'),
      })}
    >
      <SelectField
        name="status"
        label="状态"
        options={[['', '全部'], ...ERROR_STATUSES.map((one) => [one, errorStatusText(one)] as const)]}
        defaultValue={query['status']}
      />
      <Field
        name="since"
        label="最近发生于此后"
        kind="datetime-local"
        defaultValue={localOf(query['since'])}
        isOptional
      />
      <Field name="q" label="种类或消息含有" defaultValue={query['q']} isOptional />
    </Filter>
  );
}

/** What went wrong in the processes, once for each thing that is wrong. */
export function ErrorsPage({ query: given }: { readonly query: Query }) {
  const { query, unread } = readFilterOf(given, FIELDS);
  const { live, buttons } = usePagedList('错误', query, errors.list);
  return (
    <>
      <section class="panel" aria-label="筛选">
        <ErrorFilter query={query} />
        <Unread of={unread} />
      </section>
      <section class="panel" aria-label="错误列表">
        <Listed live={live}>
          <List
            label="错误"
            heads={['状态', '种类', '消息', '进程', '次数', '首次', '最近', '']}
            loaded={listOf(live)}
            empty="没有符合的错误。"
            keyOf={({ id }) => id}
            cells={(error) => [
              <>
                <ErrorStatusTag status={error.status} />
                {error.regressedAt !== null && <Tag tone="fair">复发</Tag>}
              </>,
              <Free>
                <code>{error.type}</code>
              </Free>,
              <Free>
                <span lang="en">{error.message}</span>
              </Free>,
              roleText(error.role),
              error.count,
              clockText(error.firstSeenAt),
              clockText(error.lastSeenAt),
              <a
                href={writeWhere({ section: 'errors', id: error.id })}
                aria-label={`错误 ${error.type} 的详情，${error.message}`}
              >
                详情
              </a>,
            ]}
          />
          {buttons}
        </Listed>
      </section>
    </>
  );
}
