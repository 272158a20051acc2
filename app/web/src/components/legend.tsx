import { useMemo } from 'preact/hooks';
import { compact, direction, price, signed, termsText } from '../format.ts';
import type { View } from '../load.ts';
import { cursor, overlay, panes, view } from '../state.ts';
import { marksOf } from '../chart/marks.ts';
import type { Bar, IndicatorColumn, IndicatorRow } from '../api.ts';
import { distinct, inFull, inShort, isStable } from '../definitions.ts';
import { COLUMNS, OVERLAY_COLUMNS, TITLES, type Column } from '../chart/columns.ts';

/** Each price has the side on which it stands to the close of the day before, as on Chinese terminals. */
function Prices(props: { readonly bar: Bar; readonly before: number; readonly events: readonly string[] }) {
  const { bar, before, events } = props;
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
      {bar.partial && <b>未收盘</b>}
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
      {events.map((text) => (
        <b key={text}>{text}</b>
      ))}
    </p>
  );
}

/** Values of one pane with the definition behind them: the school in words, the formula under the pointer. */
function Values(props: {
  readonly title?: string;
  readonly columns: readonly Column[];
  readonly known: readonly IndicatorColumn[];
  readonly row: IndicatorRow | undefined;
}) {
  const { row } = props;
  const shown = props.known.filter(({ name }) => props.columns.some((column) => column.name === name));
  const definitions = distinct(shown);
  const unstable = row !== undefined && shown.some((column) => !isStable(column, row.date));
  return (
    <span class="values" title={definitions.map(inFull).join('\n')}>
      {props.title && <span>{props.title}</span>}
      {props.columns.map(({ name, color }) => (
        <span key={name} class={`series-${color}`}>
          {name} {row?.values[name]?.toFixed(2) ?? '—'}
        </span>
      ))}
      <small>
        {definitions[0] && inShort(definitions[0])}
        {unstable && ' · 未稳定'}
      </small>
    </span>
  );
}

/** The definitions in full for those who have no pointer to rest on a name. */
function Definitions({ columns }: { readonly columns: readonly IndicatorColumn[] }) {
  return (
    <details class="definitions">
      <summary>指标定义</summary>
      <ul>
        {distinct(columns).map((definition) => (
          <li key={definition.name}>{inFull(definition)}</li>
        ))}
      </ul>
    </details>
  );
}

/** What the marks below the candles mean, where there are any; the words of each stand here under the cursor. */
function MarkKey(props: { readonly view: View }) {
  // Not for each move of the cursor: the marks of decades are looked up among thousands of bars.
  const kinds = useMemo(() => new Set(marksOf(props.view).map(({ kind }) => kind)), [props.view]);
  return (
    <small>
      {kinds.has('rights') && '↑ 除权除息'} {kinds.has('halt') && '■ 停牌后首日'}
    </small>
  );
}

/** What happened to the rights of the share since the bar before, and how long it had not been traded before. */
function eventsOf({ exDates, halts }: View, date: string, before: string): readonly string[] {
  return [
    ...exDates
      .filter((exDate) => exDate.date === date || (exDate.date > before && exDate.date < date))
      .map((exDate) => `除权除息 ${termsText(exDate)}`),
    ...halts
      .filter((halt) => halt.to !== null && halt.from > before && halt.to < date)
      .map((halt) => `停牌 ${halt.from} 至 ${halt.to}`),
  ];
}

/** The bar under the cursor, or the last one: date, prices, volume, change, and the values of what is drawn. */
export function Legend() {
  const current = view.value;
  const index = cursor.value ?? (current?.bars.length ?? 0) - 1;
  const bar = current?.bars[index];
  if (!current || !bar) return null;
  const row = current.indicators[index];
  const known = current.columns;
  const drawn = [...new Set(panes.value)];
  const all = [OVERLAY_COLUMNS[overlay.value], ...drawn.map((pane) => COLUMNS[pane])].flat();
  return (
    <div class="legend">
      <Prices
        bar={bar}
        before={Number(current.bars[index - 1]?.close ?? bar.open)}
        events={eventsOf(current, bar.date, current.bars[index - 1]?.date ?? bar.date)}
      />
      <p class="minor">
        <Values columns={OVERLAY_COLUMNS[overlay.value]} known={known} row={row} />
        {drawn.map((pane) => (
          <Values key={pane} title={TITLES[pane]} columns={COLUMNS[pane]} known={known} row={row} />
        ))}
        <MarkKey view={current} />
      </p>
      <Definitions columns={known.filter(({ name }) => all.some((column) => column.name === name))} />
    </div>
  );
}
