import { problemText } from '../format.ts';
import { canAdjust, isIndex, type View } from '../load.ts';
import { problem, retry, view } from '../state.ts';

/** What a reader must know before believing the numbers; empty: nothing. */
function noticesOf(current: View): readonly string[] {
  const { provenance, info, omittedBars, exDates } = current;
  const until = provenance.asOf ?? '未知日期';
  return [
    provenance.source === 'sample' ? `样本数据，历史止于 ${until}，不是实时行情。` : '',
    provenance.stale ? `数据陈旧：${until} 之后应有更新的交易日，尚未取得。` : '',
    canAdjust(info) || isIndex(info) ? '' : '除权除息资料未知：显示不复权价格，分红送股的缺口不是涨跌。',
    omittedBars > 0
      ? `${info?.factorsKnownFrom ?? ''} 之前的除权除息资料未知，更早的 ${omittedBars} 根 K 线不复权时可见。`
      : '',
    exDates.length > 0 && current.adjust === 'none' ? '不复权：除权除息日的缺口不是涨跌，见图中标记。' : '',
  ].filter((text) => text !== '');
}

/** What was asked for of the shown symbol and could not be had: the page still shows what it showed. */
function Failed() {
  const failure = problem.value;
  if (!failure) return null;
  const { title, advice } = problemText(failure);
  return (
    <p class="notices stale" role="alert">
      <span>
        {title}，仍显示先前的内容。{advice}
        {failure.requestId && ` 请求编号 ${failure.requestId}`}
      </span>
      <button type="button" class="again" onClick={retry}>
        重试
      </button>
    </p>
  );
}

export function Notices() {
  const current = view.value;
  if (!current || current.bars.length === 0) return null;
  const notices = noticesOf(current);
  return (
    <div>
      <Failed />
      {notices.length > 0 && (
        <ul
          class={current.provenance.stale ? 'notices stale' : 'notices'}
          role="status"
          aria-label="数据说明"
        >
          {notices.map((notice) => (
            <li key={notice}>{notice}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
