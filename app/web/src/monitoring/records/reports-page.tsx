import { useState } from 'preact/hooks';
import { ActionButton } from '../../forms/action.tsx';
import { Free, List } from '../../forms/list.tsx';
import { saveFile } from '../../forms/save-file.ts';
import { toFragment } from '../../place.ts';
import { type FilterFields, oneOf, readFilterOf } from '../address-filter.ts';
import { Listed, listOf, type Query, Unread, usePagedList } from '../list-page.tsx';
import { reports } from '../routes.ts';
import { DeliveryStateTag } from '../tag.tsx';
import { REPORT_KINDS, type ReportItem } from '../types.ts';
import { clockText } from '../units.ts';
import { writeWhere } from '../where.ts';
import { channelText, reportKindText } from '../words.ts';
import { ReportForm } from './report-form.tsx';

const FILES = ['pdf', 'json'] as const;

const FIELDS: FilterFields = { kind: oneOf('种类', REPORT_KINDS) };

function KindChoice({ kind }: { readonly kind: string | undefined }) {
  return (
    <div class="choice" role="group" aria-label="种类">
      {[undefined, ...REPORT_KINDS].map((one) => (
        <button
          key={one ?? ''}
          type="button"
          aria-pressed={one === kind}
          onClick={() => toFragment(writeWhere({ section: 'reports', query: { kind: one } }), 'same')}
        >
          {one === undefined ? '全部' : reportKindText(one)}
        </button>
      ))}
    </div>
  );
}

/** Three decimals tell 99.9 from 99.95; more than was measured is never said. */
export const shareText = (share: number | null): string =>
  share === null ? '—' : `${(Math.floor(Number((share * 100_000).toFixed(6))) / 1_000).toFixed(3)}%`;

/** Availability is of what was observed: where that is not all, it says so. */
function Availability({ report: { availability, observed } }: { readonly report: ReportItem }) {
  return (
    <>
      {shareText(availability)}
      {observed !== null && observed < 1 && <div>仅观测到 {shareText(observed)}</div>}
    </>
  );
}

/** The page of a report is of no origin and can do nothing, so it may be opened as it is. */
function Files({ report: { id, kind, from } }: { readonly report: ReportItem }) {
  const name = `${reportKindText(kind)} ${clockText(from)}`;
  return (
    <>
      <a href={reports.path(id, 'html')} target="_blank" rel="noopener" aria-label={`查看${name}`}>
        查看
      </a>{' '}
      {FILES.map((format) => (
        <ActionButton
          key={format}
          text={format.toUpperCase()}
          label={`下载${name}，${format.toUpperCase()}`}
          onPress={() => saveFile(reports.path(id, format), `report-${from.slice(0, 10)}.${format}`)}
        />
      ))}
    </>
  );
}

function Told({ report: { deliveries } }: { readonly report: ReportItem }) {
  if (deliveries.length === 0) return <>没有</>;
  return (
    <>
      {deliveries.map(({ channel, state }) => (
        <div key={channel}>
          {channelText(channel)} <DeliveryStateTag state={state} />
        </div>
      ))}
    </>
  );
}

/** What is told by mail each day and week, to be read here too. */
export function ReportsPage({ query }: { readonly query: Query }) {
  const { unread } = readFilterOf(query, FIELDS);
  const kind = REPORT_KINDS.find((one) => one === query['kind']);
  const { live, buttons } = usePagedList('报告', { kind }, reports.list);
  const [isOpen, setOpen] = useState(false);
  return (
    <section class="panel" aria-label="报告列表">
      <KindChoice kind={kind} />
      <Unread of={unread} />
      <Listed live={live}>
        <p class="actions">
          <button type="button" class="plain" onClick={() => setOpen(true)}>
            生成报告…
          </button>
        </p>
        <List
          label="报告"
          heads={['种类', '从', '到', '结论', '可用性', '事件', '发送', '']}
          loaded={listOf(live)}
          empty="还没有报告。"
          keyOf={({ id }) => id}
          cells={(report) => [
            reportKindText(report.kind),
            clockText(report.from),
            clockText(report.to),
            <Free>
              <span lang="en">{report.verdict}</span>
            </Free>,
            <Availability report={report} />,
            report.incidents,
            <Told report={report} />,
            <Files report={report} />,
          ]}
        />
        {buttons}
      </Listed>
      {isOpen && (
        <ReportForm
          onDone={() => {
            setOpen(false);
            live.reload();
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </section>
  );
}
