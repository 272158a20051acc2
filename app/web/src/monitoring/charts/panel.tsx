import { useState } from 'preact/hooks';
import { List } from '../../forms/list.tsx';
import { Freshness } from '../freshness.tsx';
import { type Live, useLive } from '../live.ts';
import { metrics } from '../routes.ts';
import { clockText, type Unit, unitText } from '../units.ts';
import { highest, type Line, linesOf, timesOf, valueAt, within } from './lines.ts';
import {
  type ChartRange,
  type Panel as PanelFacts,
  RANGE_FACTS,
  wholeSteps,
  type Window,
  windowOf,
} from './panels.ts';
import { MOST_LINES, strokeOf, TimeChart } from './time-chart.tsx';

export interface Drawing {
  readonly window: Window;
  readonly lines: readonly Line[];
}

export interface How {
  readonly range: ChartRange;
  readonly bySeparateProcess: boolean;
}

export async function loadDrawing(
  { queries, unit }: PanelFacts,
  { range, bySeparateProcess }: How,
  signal: AbortSignal,
): Promise<Drawing> {
  const wanted = windowOf(range, Date.now());
  const wish = {
    from: new Date(wanted.from).toISOString(),
    to: new Date(wanted.to).toISOString(),
    step: String(wanted.step),
    by: bySeparateProcess ? 'instance' : 'role',
  } as const;
  const answers = await Promise.all(
    queries.map(async (query) => {
      const answer = await metrics.read({ ...wish, name: query.metric, labels: query.labels }, signal);
      return { query, answer };
    }),
  );
  // All are about the same time, so they are stored alike.
  const window = wholeSteps(wanted, Math.max(wanted.step, ...answers.map(({ answer }) => answer.step)));
  const lines = answers.flatMap(({ query, answer }) => linesOf(answer, query, unit, bySeparateProcess));
  return { window, lines: lines.map((line) => within(line, window)) };
}

interface LegendProps {
  readonly lines: readonly Line[];
  readonly unit: Unit;
  readonly at: number | undefined;
}

/** Values at the cursor, else the newest that there is. */
function Legend({ lines, unit, at }: LegendProps) {
  return (
    <ul class="chart-legend">
      {lines.map((line, order) => {
        const value = at === undefined ? undefined : valueAt(line, at);
        return (
          <li key={line.name}>
            <svg width="18" height="10" aria-hidden="true">
              <path class={strokeOf(order)} d="M1 5h16" />
            </svg>
            {line.name} <b>{value === undefined ? '—' : unitText(value, unit)}</b>
          </li>
        );
      })}
    </ul>
  );
}

interface TableProps {
  readonly title: string;
  readonly drawing: Drawing;
  readonly unit: Unit;
}

/** The same in figures, the newest first; made when it is opened, for it has hundreds of rows. */
function ChartTable({ title, drawing, unit }: TableProps) {
  const [isOpen, setOpen] = useState(false);
  const { lines } = drawing;
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{title}：数据表</summary>
      {isOpen && (
        <div class="tall">
          <List
            label={`${title}数据`}
            heads={['时间', ...lines.map(({ name }) => name)]}
            loaded={{ value: timesOf(lines).toReversed(), problem: undefined, reload: () => undefined }}
            empty="没有数据。"
            keyOf={String}
            cells={(at) => [
              clockText(new Date(at)),
              ...lines.map((line) => {
                const value = valueAt(line, at);
                return value === undefined ? '—' : unitText(value, unit);
              }),
            ]}
          />
        </div>
      )}
    </details>
  );
}

interface PlotProps {
  /** With the queries of what is recorded. */
  readonly panel: PanelFacts;
  readonly drawing: Drawing;
}

function Plot({ panel: { title, unit, queries }, drawing }: PlotProps) {
  const [cursor, setCursor] = useState<number | undefined>(undefined);
  const lines = highest(drawing.lines, MOST_LINES);
  const newest = timesOf(lines).at(-1);
  const at = cursor ?? newest;
  if (at === undefined)
    return (
      <p class="minor">
        {queries.length > 0
          ? '这段时间没有记录。'
          : '没有保存任何记录：这一部分可能没有配置，或者要计数的事情还没有发生过。'}
      </p>
    );
  const textAt = (time: number): string =>
    [
      clockText(new Date(time)),
      ...lines.map((line) => {
        const value = valueAt(line, time);
        return `${line.name} ${value === undefined ? '没有数据' : unitText(value, unit)}`;
      }),
    ].join('，');
  return (
    <>
      <TimeChart {...{ title, unit, lines, textAt, cursor }} window={drawing.window} onCursor={setCursor} />
      <p class="minor chart-time">{clockText(new Date(at))}</p>
      <Legend lines={lines} unit={unit} at={at} />
      {lines.length < drawing.lines.length && (
        <p class="minor">
          图中只画最高的 {lines.length} 条线，全部 {drawing.lines.length} 条在数据表中。
        </p>
      )}
      <ChartTable title={title} drawing={drawing} unit={unit} />
    </>
  );
}

interface PanelProps extends How {
  readonly panel: PanelFacts;
  /** Names of all metrics that are recorded: what is not is not asked for. */
  readonly recorded: ReadonlySet<string>;
}

function useDrawing(panel: PanelFacts, { range, bySeparateProcess }: How): Live<Drawing> {
  return useLive(
    JSON.stringify([panel.id, panel.queries.length, range, bySeparateProcess]),
    (signal) => loadDrawing(panel, { range, bySeparateProcess }, signal),
    RANGE_FACTS[range].step * 1000,
  );
}

export function Panel(props: PanelProps) {
  const { panel: whole, recorded } = props;
  const panel = { ...whole, queries: whole.queries.filter(({ metric }) => recorded.has(metric)) };
  const live = useDrawing(panel, props);
  const id = `chart-${panel.id}`;
  return (
    <section class="panel" aria-labelledby={id}>
      <h3 id={id}>{panel.title}</h3>
      {(live.problem ?? live.value === undefined) && <Freshness of={live} />}
      {live.value && <Plot panel={panel} drawing={live.value} />}
    </section>
  );
}
