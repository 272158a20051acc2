import type { Ingestion } from '../api.ts';
import { DEFAULT_SYMBOL } from '../address.ts';
import { instantText, problemText } from '../format.ts';
import { awaited, ingestion, loading, problem, retry, symbol, view } from '../state.ts';

/** A way on for who came to a symbol of which there is nothing to see. */
function Elsewhere() {
  if (symbol.value === DEFAULT_SYMBOL) return null;
  return (
    <p>
      <a href="/">看 {DEFAULT_SYMBOL}</a>
    </p>
  );
}

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
        {canRetry ? <button onClick={retry}>重试</button> : <Elsewhere />}
      </section>
    );
  }
  if (awaited.value) return <FirstLoad />;
  const empty = view.value !== undefined && view.value.bars.length === 0;
  if (!empty)
    return (
      <section class="message" role="status">
        <h2>加载中…</h2>
        {loading.value && <div class="spinner" />}
      </section>
    );
  return (
    <section class="message" role="status">
      <h2>
        {view.value?.info?.name} {symbol.value} 没有历史行情
      </h2>
      <p>当前数据来源没有它的日线。搜索结果中标有“无历史”的也是如此。</p>
      <Elsewhere />
    </section>
  );
}

/** Why the load stands still and when it goes on, as the run itself says it. */
function Obstacle({ run: { error, attempts, resumesAt } }: { readonly run: Ingestion }) {
  if (error === null && resumesAt === null) return null;
  return (
    <>
      {error !== null && (
        <p role="alert">
          第 {attempts} 次尝试未成功：<q lang="en">{error}</q>
        </p>
      )}
      {resumesAt !== null && <p>预计 {instantText(resumesAt)} 继续。</p>}
    </>
  );
}

/** The source is being loaded for the first time; the page shows the symbol by itself as soon as it is there. */
function FirstLoad() {
  const run = ingestion.value;
  const failed = run?.status === 'failed';
  return (
    <section class="message" role="status">
      <h2>{failed ? '历史行情载入失败' : '首次载入历史行情'}</h2>
      {run && <Obstacle run={run} />}
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
