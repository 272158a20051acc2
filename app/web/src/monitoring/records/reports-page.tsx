import { ActionButton } from '../../forms/action.tsx';
import { List } from '../../forms/list.tsx';
import { saveFile } from '../../forms/save-file.ts';
import { toFragment } from '../../place.ts';
import { Listed, listOf, type Query, usePagedList } from '../list-page.tsx';
import { reports } from '../routes.ts';
import { REPORT_KINDS, type ReportItem } from '../types.ts';
import { clockText } from '../units.ts';
import { writeWhere } from '../where.ts';
import { reportKindText } from '../words.ts';

const FORMATS = ['pdf', 'html', 'json'] as const;

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
const shareText = (share: number | null): string =>
  share === null ? '—' : `${(Math.floor(share * 100_000) / 1_000).toFixed(3)}%`;

function Downloads({ report: { id, kind, from } }: { readonly report: ReportItem }) {
  return (
    <>
      {FORMATS.map((format) => (
        <ActionButton
          key={format}
          text={format.toUpperCase()}
          label={`下载${reportKindText(kind)} ${clockText(from)}，${format.toUpperCase()}`}
          onPress={() => saveFile(reports.path(id, format), `report-${from.slice(0, 10)}.${format}`)}
        />
      ))}
    </>
  );
}

/** What is told by mail each day and week, to be read here too. */
export function ReportsPage({ query }: { readonly query: Query }) {
  const kind = REPORT_KINDS.find((one) => one === query['kind']);
  const { live, buttons } = usePagedList('报告', { kind }, reports.list);
  return (
    <section class="panel" aria-label="报告列表">
      <KindChoice kind={kind} />
      <Listed live={live}>
        <div class="actions">
          {REPORT_KINDS.map((one) => (
            <ActionButton
              key={one}
              text={`现在做一份${reportKindText(one)}`}
              onPress={async () => {
                await reports.make(one);
                live.reload();
              }}
            />
          ))}
        </div>
        <List
          label="报告"
          heads={['种类', '从', '到', '可用性', '事件', '完成于', '下载']}
          loaded={listOf(live)}
          empty="还没有报告。"
          keyOf={({ id }) => id}
          cells={(report) => [
            reportKindText(report.kind),
            clockText(report.from),
            clockText(report.to),
            shareText(report.availability),
            report.incidents,
            clockText(report.createdAt),
            <Downloads report={report} />,
          ]}
        />
        {buttons}
      </Listed>
    </section>
  );
}
