import { useEffect, useRef } from 'preact/hooks';
import { effect } from '@preact/signals';
import { PriceChart } from '../chart/price-chart.ts';
import type { Range } from '../address.ts';
import type { Adjust, Period } from '../api.ts';
import { adjustText, periodText } from '../format.ts';
import { canAdjust, isIndex, type View } from '../load.ts';
import {
  cursor,
  overlay,
  panes,
  range,
  rangeAsked,
  showAdjusted,
  showPane,
  showPeriod,
  showRange,
  view,
  type Overlay,
  type Pane,
} from '../state.ts';
import { Legend } from './legend.tsx';

const RANGES: readonly (readonly [Range, string])[] = [
  ['1m', '1月'],
  ['3m', '3月'],
  ['6m', '6月'],
  ['1y', '1年'],
  ['3y', '3年'],
  ['all', '全部'],
];
const OVERLAYS: readonly Overlay[] = ['MA', 'BOLL'];
const ADJUSTS: readonly Adjust[] = ['none', 'qfq', 'hfq'];
const PERIODS: readonly Period[] = ['daily', 'weekly', 'monthly'];
const PANES: readonly Pane[] = ['MACD', 'KDJ', 'RSI'];

function Choice<T extends string>(props: {
  readonly label: string;
  readonly options: readonly (readonly [T, string])[];
  readonly value: T | undefined;
  readonly onChoose: (value: T) => void;
  /** Why some of the options cannot be chosen. */
  readonly refused?: { readonly options: readonly T[]; readonly because: string } | undefined;
}) {
  return (
    <div class="choice" role="group" aria-label={props.label}>
      {props.options.map(([value, text]) => {
        const isRefused = props.refused?.options.includes(value) ?? false;
        return (
          <button
            key={value}
            aria-pressed={value === props.value}
            disabled={isRefused}
            {...(isRefused ? { title: props.refused?.because } : {})}
            onClick={() => props.onChoose(value)}
          >
            {text}
          </button>
        );
      })}
    </div>
  );
}

const named = <T extends string>(values: readonly T[]): readonly (readonly [T, string])[] =>
  values.map((value) => [value, value]);

function adjustsRefused(info: View['info']) {
  if (isIndex(info)) return { options: ADJUSTS, because: '指数没有复权' };
  if (canAdjust(info)) return undefined;
  return { options: ['qfq', 'hfq'] as const, because: '除权除息资料未知，不能复权' };
}

function Toolbar() {
  const [upper, lower] = panes.value;
  const info = view.value?.info;
  return (
    <div class="toolbar">
      <Choice
        label="周期"
        options={PERIODS.map((value) => [value, periodText(value)] as const)}
        value={view.value?.period}
        onChoose={showPeriod}
      />
      <Choice label="区间" options={RANGES} value={range.value} onChoose={showRange} />
      <Choice
        label="复权"
        options={ADJUSTS.map((value) => [value, adjustText(value)] as const)}
        value={isIndex(info) ? undefined : view.value?.adjust}
        refused={adjustsRefused(info)}
        onChoose={showAdjusted}
      />
      <Choice
        label="主图"
        options={named(OVERLAYS)}
        value={overlay.value}
        onChoose={(value) => (overlay.value = value)}
      />
      <Choice label="副图一" options={named(PANES)} value={upper} onChoose={(pane) => showPane(0, pane)} />
      <Choice label="副图二" options={named(PANES)} value={lower} onChoose={(pane) => showPane(1, pane)} />
    </div>
  );
}

export function ChartPanel() {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return undefined;
    const chart = new PriceChart(place.current, (index) => {
      cursor.value = index;
    });
    const stop = effect(() => {
      const current = view.value;
      if (current && current.bars.length > 0)
        chart.draw(current, {
          overlay: overlay.value,
          panes: panes.value,
          range: range.value,
          asked: rangeAsked.value,
        });
    });
    return () => {
      stop();
      chart.remove();
    };
  }, []);
  return (
    <section class="chart-panel" aria-label="K线图">
      <Toolbar />
      <Legend />
      <div class="chart" ref={place} />
    </section>
  );
}
