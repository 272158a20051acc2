import { toFragment } from '../../place.ts';
import { Free, List } from '../../forms/list.tsx';
import { Facts } from '../facts.tsx';
import { type FilterFields, oneOf, readFilterOf } from '../address-filter.ts';
import { Listed, listOf, type Query, Unread, usePagedList } from '../list-page.tsx';
import { slow } from '../routes.ts';
import { SLOW_KINDS, type SlowRecord } from '../types.ts';
import { clockText, secondsText } from '../units.ts';
import { writeWhere } from '../where.ts';
import { slowKindText } from '../words.ts';

const FIELDS: FilterFields = { kind: oneOf('种类', SLOW_KINDS) };

function KindChoice({ kind }: { readonly kind: string | undefined }) {
  return (
    <div class="choice" role="group" aria-label="种类">
      {[undefined, ...SLOW_KINDS].map((one) => (
        <button
          key={one ?? ''}
          type="button"
          aria-pressed={one === kind}
          onClick={() => toFragment(writeWhere({ section: 'slow', query: { kind: one } }), 'same')}
        >
          {one === undefined ? '全部' : slowKindText(one)}
        </button>
      ))}
    </div>
  );
}

function Details({ record: { name, process, requestId, traceId, detail } }: { readonly record: SlowRecord }) {
  const facts = { process, ...(requestId && { requestId }), ...(traceId && { traceId }), ...detail };
  return (
    <details>
      <summary aria-label={`${name} 的详情`}>…</summary>
      <Facts of={facts} />
    </details>
  );
}

/** What took longer than `monitoring.slow` allows. */
export function SlowPage({ query }: { readonly query: Query }) {
  const { unread } = readFilterOf(query, FIELDS);
  const kind = SLOW_KINDS.find((one) => one === query['kind']);
  const { live, buttons } = usePagedList('慢操作', { kind }, slow.list);
  return (
    <section class="panel" aria-label="慢操作列表">
      <KindChoice kind={kind} />
      <Unread of={unread} />
      <Listed live={live}>
        <List
          label="慢操作"
          heads={['时间', '种类', '名称', '用时', '详情']}
          loaded={listOf(live)}
          empty="没有记录：没有什么超过配置的时限。"
          keyOf={({ id }) => id}
          cells={(record) => [
            clockText(record.at),
            slowKindText(record.kind),
            <Free>
              <code>{record.name}</code>
            </Free>,
            secondsText(record.milliseconds / 1000),
            <Details record={record} />,
          ]}
        />
        {buttons}
      </Listed>
    </section>
  );
}
