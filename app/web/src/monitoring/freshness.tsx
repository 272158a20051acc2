import { ProblemLine } from '../forms/problem-line.tsx';
import { isPaused, type Live } from './live.ts';
import { clockText } from './units.ts';

/** Of when what stands below is, and that it could not be had anew. */
export function Freshness({ of }: { readonly of: Live<unknown> }) {
  const { at, problem, reload } = of;
  if (problem)
    return (
      <div class="stale-line">
        <ProblemLine problem={problem} onRetry={reload} />
        {at && <p>以下是 {clockText(at)} 的内容，可能已经过时。</p>}
      </div>
    );
  if (at && isPaused.value)
    return <p class="stale-line">两小时没有操作，不再更新；以下是 {clockText(at)} 的内容。</p>;
  return <p class="minor fresh">{at ? `更新于 ${clockText(at)}` : '加载中…'}</p>;
}
