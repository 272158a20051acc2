import { problemText } from '../format.ts';
import { awaited, ingestion, loading, problem, retry, symbol, view } from '../state.ts';

/** What stands in the page's middle while there is nothing to draw: loading, empty, or what went wrong and what to do. */
export function Message() {
  const failure = problem.value;
  if (failure) {
    const { title, advice } = problemText(failure);
    const canRetry = failure.status === 0 || failure.status >= 429;
    return (
      <section class="message" role="alert">
        <h2>{failure.status === 404 ? `${title} ${symbol.value}` : title}</h2>
        <p>{advice}</p>
        {failure.requestId && <p class="minor">请求编号 {failure.requestId}</p>}
        {canRetry && <button onClick={retry}>重试</button>}
      </section>
    );
  }
  if (awaited.value) return <FirstLoad />;
  const empty = view.value !== undefined && view.value.bars.length === 0;
  return (
    <section class="message" role="status">
      <h2>{empty ? `${symbol.value} 没有历史行情` : '加载中…'}</h2>
      {empty && <p>当前数据来源没有这只股票的日线，请换一只，例如 000001.SZ 或 600000.SH。</p>}
      {!empty && loading.value && <div class="spinner" />}
    </section>
  );
}

/** The source is being loaded for the first time; the page shows the symbol by itself as soon as it is there. */
function FirstLoad() {
  const run = ingestion.value;
  const failed = run?.status === 'failed';
  return (
    <section class="message" role={failed ? 'alert' : 'status'}>
      <h2>{failed ? '历史行情载入失败' : '首次载入历史行情'}</h2>
      {failed ? (
        <p>请管理员查看 worker 的日志；修复并重新载入后，本页自动显示 {symbol.value}。</p>
      ) : (
        <>
          <p>
            {run && run.rowsDone > 0 ? `已写入 ${run.rowsDone} 行` : '正在准备'}，完成后自动显示{' '}
            {symbol.value}。
          </p>
          <div class="spinner" />
        </>
      )}
    </section>
  );
}
