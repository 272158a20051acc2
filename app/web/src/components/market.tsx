import { useState } from 'preact/hooks';
import type { Industry, Mover, Overview } from '../api.ts';
import { compact, direction, otherDayText, price, signed, sourceText } from '../format.ts';
import { overview, overviewFailed, retry, show } from '../state.ts';

/** Rows of a list at first. */
const MOST = 10;

const percent = (value: number | null): string => (value === null ? '—' : `${signed(value)}%`);

function Movers(props: {
  readonly title: string;
  readonly movers: readonly Mover[];
  readonly amounts?: true;
}) {
  const [isWhole, setWhole] = useState(false);
  const { length } = props.movers;
  return (
    <div class="movers">
      <h3>
        {props.title} <small>{props.amounts ? `前 ${length}` : length}</small>
      </h3>
      <ol>
        {props.movers
          .slice(0, isWhole ? length : MOST)
          .map(({ symbol, name, last, changePercent, amount }) => (
            <li key={symbol}>
              <button type="button" onClick={() => show(symbol)}>
                {name} <small>{symbol.slice(0, 6)}</small>
              </button>
              <span>{props.amounts ? `${compact(amount ?? 0)}元` : price(last)}</span>
              <b class={direction(changePercent)}>{percent(changePercent)}</b>
            </li>
          ))}
      </ol>
      {length > MOST && (
        <button type="button" class="minor" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? '收起' : `全部 ${length} 只`}
        </button>
      )}
    </div>
  );
}

/** Where the overview could not be fetched; what was fetched before is shown nevertheless. */
function Failed() {
  return (
    <p class="minor" role="alert">
      市场概览没有取到。
      <button type="button" class="again" onClick={retry}>
        重试
      </button>
    </p>
  );
}

function Industries({ industries }: { readonly industries: readonly Industry[] }) {
  const shown = [...industries.slice(0, MOST / 2), ...industries.slice(MOST / 2).slice(-MOST / 2)];
  return (
    <div class="movers">
      <h3>行业</h3>
      <ol>
        {shown.map(({ name, changePercent, up, down }) => (
          <li key={name}>
            <span>{name}</span>
            <small>
              {up} 涨 {down} 跌
            </small>
            <b class={direction(changePercent)}>{percent(changePercent)}</b>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** How many rose, stood still and fell, as parts of one bar. */
function Breadth({ breadth }: Pick<Overview, 'breadth'>) {
  const { up, flat, down, halted } = breadth;
  const total = Math.max(1, up + flat + down);
  const upEnd = (up / total) * 100;
  const flatEnd = upEnd + (flat / total) * 100;
  return (
    <div class="breadth">
      <svg
        viewBox="0 0 100 2"
        preserveAspectRatio="none"
        role="img"
        aria-label={`上涨 ${up}，平盘 ${flat}，下跌 ${down}`}
      >
        <rect class="down" width="100" height="2" />
        <rect class="flat" width={flatEnd} height="2" />
        <rect class="up" width={upEnd} height="2" />
      </svg>
      <p>
        <b class="up">涨 {up}</b> <span>平 {flat}</span> <b class="down">跌 {down}</b>{' '}
        <span>停牌 {halted}</span>
      </p>
    </div>
  );
}

/** The whole market at the moment of the newest snapshot. */
export function Market() {
  const current = overview.value;
  const failed = overviewFailed.value && <Failed />;
  if (!current || current.asOf === null)
    return (
      failed && (
        <section class="market panel" aria-label="市场概览">
          {failed}
        </section>
      )
    );
  const { asOf, source, stale, final, turnover, indices, breadth } = current;
  return (
    <section class="market panel" aria-label="市场概览">
      <h2>
        市场概览{' '}
        <small>
          {sourceText(source)} · <time>{asOf}</time> {final ? '收盘' : '盘中'}
          {stale && ' · 数据陈旧'} · 成交额 {compact(turnover)}元
        </small>
      </h2>
      {failed}
      <ul class="indices">
        {indices.map(({ symbol, name, date, last, changePercent }) => (
          <li key={symbol}>
            <button type="button" onClick={() => show(symbol)}>
              {name} <small>{otherDayText(date, asOf)}</small>
            </button>
            <b class={direction(changePercent ?? 0)}>
              {last.toFixed(2)} {percent(changePercent)}
            </b>
          </li>
        ))}
      </ul>
      <Breadth breadth={breadth} />
      <div class="boards">
        <Movers title="涨停" movers={current.limitUp} />
        <Movers title="跌停" movers={current.limitDown} />
        <Movers title="成交额" movers={current.mostTraded} amounts />
        {current.industries.length > 0 && <Industries industries={current.industries} />}
      </div>
    </section>
  );
}
