import { canAdjust, type View } from '../load.ts';
import { view } from '../state.ts';

/** What a reader must know before believing the numbers; empty: nothing. */
function noticesOf(current: View): readonly string[] {
  const { provenance, info, omittedBars, exDates } = current;
  const until = provenance.asOf ?? '未知日期';
  return [
    provenance.source === 'sample' ? `样本数据，历史止于 ${until}，不是实时行情。` : '',
    provenance.stale ? `数据陈旧：${until} 之后应有更新的交易日，尚未取得。` : '',
    canAdjust(info) ? '' : '除权除息资料未知：显示不复权价格，分红送股的缺口不是涨跌。',
    omittedBars > 0
      ? `${info?.factorsKnownFrom ?? ''} 之前的除权除息资料未知，更早的 ${omittedBars} 根日线不复权时可见。`
      : '',
    exDates.length > 0 && current.adjust === 'none' ? '不复权：除权除息日的缺口不是涨跌，见图中标记。' : '',
  ].filter((text) => text !== '');
}

export function Notices() {
  const current = view.value;
  const notices = current && current.bars.length > 0 ? noticesOf(current) : [];
  if (notices.length === 0) return null;
  return (
    <ul class={current?.provenance.stale ? 'notices stale' : 'notices'} role="status" aria-label="数据说明">
      {notices.map((notice) => (
        <li key={notice}>{notice}</li>
      ))}
    </ul>
  );
}
