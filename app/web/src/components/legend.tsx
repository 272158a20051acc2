import { compact, direction, price, signed } from '../format.ts';
import { cursor, overlay, panes, view } from '../state.ts';
import { COLUMNS, OVERLAY_COLUMNS } from '../chart/columns.ts';

/** The bar under the cursor, or the last one: date, prices, volume, change, and the values of what is drawn. */
export function Legend() {
  const current = view.value;
  const index = cursor.value ?? (current?.bars.length ?? 0) - 1;
  const bar = current?.bars[index];
  if (!current || !bar) return null;
  const before = Number(current.bars[index - 1]?.close ?? bar.open);
  const change = (Number(bar.close) / before - 1) * 100;
  const row = current.indicators[index];
  const shown = [...OVERLAY_COLUMNS[overlay.value], ...new Set(panes.value.flatMap((pane) => COLUMNS[pane]))];
  const side = direction(change);
  const fields: readonly (readonly [string, string])[] = [
    ['开', price(bar.open)],
    ['高', price(bar.high)],
    ['低', price(bar.low)],
    ['收', price(bar.close)],
  ];
  return (
    <div class="legend">
      <p>
        <time>{bar.date}</time>
        {fields.map(([label, value]) => (
          <span key={label}>
            {label} <b class={side}>{value}</b>
          </span>
        ))}
        <span>
          涨跌 <b class={side}>{signed(change)}%</b>
        </span>
        <span>量 {compact(bar.volume)}股</span>
        <span>额 {compact(Number(bar.amount))}元</span>
      </p>
      <p class="minor">
        {shown.map(({ name, color }) => (
          <span key={name} class={`series-${color}`}>
            {name} {row?.values[name]?.toFixed(2) ?? '—'}
          </span>
        ))}
        {row && !row.stable && <span>未稳定</span>}
      </p>
    </div>
  );
}
