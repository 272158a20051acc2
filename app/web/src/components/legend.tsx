import { compact, direction, price, signed } from '../format.ts';
import { cursor, overlay, panes, view } from '../state.ts';
import type { Bar, IndicatorRow } from '../api.ts';
import { COLUMNS, OVERLAY_COLUMNS, TITLES, type Column } from '../chart/columns.ts';

/** Each price has the side on which it stands to the close of the day before, as on Chinese terminals. */
function Prices({ bar, before }: { readonly bar: Bar; readonly before: number }) {
  const change = (Number(bar.close) / before - 1) * 100;
  const fields = [
    ['开', bar.open],
    ['高', bar.high],
    ['低', bar.low],
    ['收', bar.close],
  ] as const;
  return (
    <p>
      <time>{bar.date}</time>
      {fields.map(([label, value]) => (
        <span key={label}>
          {label} <b class={direction(Number(value) - before)}>{price(value)}</b>
        </span>
      ))}
      <span>
        涨跌 <b class={direction(change)}>{signed(change)}%</b>
      </span>
      <span>量 {compact(bar.volume)}股</span>
      <span>额 {compact(Number(bar.amount))}元</span>
    </p>
  );
}

function Values(props: {
  readonly title?: string;
  readonly columns: readonly Column[];
  readonly row: IndicatorRow | undefined;
}) {
  return (
    <span class="values">
      {props.title}
      {props.columns.map(({ name, color }) => (
        <span key={name} class={`series-${color}`}>
          {name} {props.row?.values[name]?.toFixed(2) ?? '—'}
        </span>
      ))}
    </span>
  );
}

/** The bar under the cursor, or the last one: date, prices, volume, change, and the values of what is drawn. */
export function Legend() {
  const current = view.value;
  const index = cursor.value ?? (current?.bars.length ?? 0) - 1;
  const bar = current?.bars[index];
  if (!current || !bar) return null;
  const row = current.indicators[index];
  return (
    <div class="legend">
      <Prices bar={bar} before={Number(current.bars[index - 1]?.close ?? bar.open)} />
      <p class="minor">
        <Values columns={OVERLAY_COLUMNS[overlay.value]} row={row} />
        {[...new Set(panes.value)].map((pane) => (
          <Values key={pane} title={TITLES[pane]} columns={COLUMNS[pane]} row={row} />
        ))}
        {row && !row.stable && <span>未稳定</span>}
      </p>
    </div>
  );
}
