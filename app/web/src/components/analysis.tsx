import { compact, direction, signed, actionText, adjustText, periodText, sourceText } from '../format.ts';
import type { Reason, RuleAnalysis } from '../api.ts';
import { isIndex } from '../load.ts';
import { analysis, analysisFailed, retry, view } from '../state.ts';

const RADIUS = 52;
const ARC = Math.PI * RADIUS;

function Gauge({ score }: { readonly score: number }) {
  const path = `M ${60 - RADIUS} 60 A ${RADIUS} ${RADIUS} 0 0 1 ${60 + RADIUS} 60`;
  return (
    <svg class="gauge" viewBox="0 0 120 68" role="img" aria-label={`规则评分 ${score}，满分 100`}>
      <path d={path} class="gauge-track" />
      <path
        d={path}
        class={`gauge-value ${direction(score - 50)}`}
        stroke-dasharray={`${(score / 100) * ARC} ${ARC}`}
      />
      <text x="60" y="58" text-anchor="middle">
        {score}
      </text>
    </svg>
  );
}

const EVIDENCE_NAMES: Readonly<Record<string, string>> = {
  CLOSE: '收盘',
  VOLUME_RATIO: '量/5日均量',
  CHANGE_PERCENT: '涨跌幅%',
};

const evidenceValue = (value: number): string => (Math.abs(value) >= 1e4 ? compact(value) : value.toFixed(2));

function ReasonRow({ reason }: { readonly reason: Reason }) {
  return (
    <li>
      <div class="reason">
        <span>{reason.text}</span>
        <b class={direction(reason.points)}>{reason.points === 0 ? '0' : signed(reason.points, 0)}</b>
      </div>
      <dl>
        {Object.entries(reason.evidence).map(([name, value]) => (
          <div key={name}>
            <dt>{EVIDENCE_NAMES[name] ?? name}</dt>
            <dd>{evidenceValue(value)}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

/** The score is of daily bars, forward-adjusted where that is known; the chart may show others. */
function basisText({ adjust }: RuleAnalysis): string {
  const chart = view.value;
  const hasAdjustment = !isIndex(chart?.info);
  const basis = `按${hasAdjustment ? adjustText(adjust) : ''}${periodText('daily')}计算`;
  const isOther = chart?.period !== 'daily' || (hasAdjustment && chart.adjust !== adjust);
  return isOther ? `${basis}，与图中口径不同` : basis;
}

export function AnalysisPanel() {
  const result = analysis.value;
  if (!result) {
    return (
      <aside class="panel" aria-label="规则分析">
        <h2>规则分析</h2>
        {analysisFailed.value ? (
          <p class="minor" role="alert">
            规则分析没有取到。{' '}
            <button type="button" onClick={retry}>
              重试
            </button>
          </p>
        ) : (
          <p class="minor">暂无规则分析。</p>
        )}
      </aside>
    );
  }
  return (
    <aside class="panel" aria-label="规则分析">
      <h2>规则分析</h2>
      <div class="verdict">
        <Gauge score={result.score} />
        <div>
          <strong class={direction(result.score - 50)}>{actionText(result.action)}</strong>
          <p class="minor">
            {sourceText(result.source)} <time>{result.asOf}</time>
          </p>
          <p class="minor">基准 50 分，逐条加减</p>
          <p class="minor">{basisText(result)}</p>
        </div>
      </div>
      <ol class="reasons">
        {result.reasons.map((reason) => (
          <ReasonRow key={reason.id} reason={reason} />
        ))}
      </ol>
      {(result.dataGaps ?? []).map((gap) => (
        <p key={gap} class="minor">
          {gap}
        </p>
      ))}
      <p class="disclaimer">{result.disclaimer}</p>
    </aside>
  );
}
