import { useEffect, useRef, useState } from 'preact/hooks';
import { unitText, type Unit } from '../units.ts';
import { type Line, stretches, timesOf } from './lines.ts';
import type { Window } from './panels.ts';
import { timeMarks, valueMarks } from './scales.ts';

const HEIGHT = 170;
const MARGIN = { top: 8, right: 16, bottom: 20, left: 74 };
/** Before anything was measured. */
const DEFAULT_WIDTH = 480;
const MARK_PX = 74;

/** As many as there are colours, each with a whole and a broken stroke. */
export const MOST_LINES = 8;

export const strokeOf = (index: number): string => `stroke-${index % MOST_LINES}`;

/** The width that the page has for it, in pixels. */
function useWidth() {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(DEFAULT_WIDTH);
  useEffect(() => {
    const element = place.current;
    if (!element || typeof ResizeObserver === 'undefined') return undefined;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) setWidth(element.clientWidth);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [place, width] as const;
}

interface Scales {
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
  readonly width: number;
}

function scalesOf(window: Window, marks: readonly number[], width: number): Scales {
  const inner = { width: width - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const low = marks[0] ?? 0;
  const high = marks.at(-1) ?? 1;
  return {
    width,
    x: (at) => MARGIN.left + ((at - window.from) / (window.to - window.from)) * inner.width,
    y: (value) => MARGIN.top + (1 - (value - low) / (high - low)) * inner.height,
  };
}

const px = (value: number): string => value.toFixed(1);

/** What is drawn of a line: a path with a beginning of its own for each stretch, and dots for points that stand alone. */
export function pathsOf(
  line: Line,
  step: number,
  { x, y }: Pick<Scales, 'x' | 'y'>,
): { readonly lines: string; readonly dots: string } {
  const places = stretches(line.points, step).map((stretch) =>
    stretch.map(({ at, value }) => `${px(x(at))} ${px(y(value))}`),
  );
  return {
    lines: places
      .flatMap(([first, ...rest]) => (rest.length > 0 ? [`M${first}L${rest.join(' ')}`] : []))
      .join(''),
    dots: places.flatMap(([first, ...rest]) => (rest.length > 0 ? [] : [`M${first}h0`])).join(''),
  };
}

interface AxesProps {
  readonly window: Window;
  readonly marks: readonly number[];
  readonly unit: Unit;
  readonly scales: Scales;
}

function Axes({ window, marks, unit, scales: { x, y, width } }: AxesProps) {
  return (
    <g class="axes">
      {marks.map((value) => (
        <g key={value}>
          <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(value)} y2={y(value)} />
          <text x={MARGIN.left - 6} y={y(value)} dy="0.32em" text-anchor="end">
            {unitText(value, unit)}
          </text>
        </g>
      ))}
      {timeMarks(window.from, window.to, Math.max(2, Math.floor(width / MARK_PX))).map(({ at, text }) => (
        <text key={at} x={x(at)} y={HEIGHT - 5} text-anchor="middle">
          {text}
        </text>
      ))}
    </g>
  );
}

interface TimeChartProps {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly window: Window;
  readonly unit: Unit;
  /** What is said of the time under the cursor, for who does not see it. */
  readonly textAt: (at: number) => string;
  /** The time under the cursor; undefined: there is none. */
  readonly cursor: number | undefined;
  readonly onCursor: (at: number | undefined) => void;
}

const KEYS: Readonly<Record<string, (index: number, last: number) => number>> = {
  ArrowLeft: (index) => index - 1,
  ArrowRight: (index) => index + 1,
  PageUp: (index) => index - 10,
  PageDown: (index) => index + 10,
  Home: () => 0,
  End: (_, last) => last,
};

/** The time next to a point of the screen. */
function nearest(times: readonly number[], x: (at: number) => number, at: number): number | undefined {
  let found: number | undefined;
  for (const time of times)
    if (found === undefined || Math.abs(x(time) - at) <= Math.abs(x(found) - at)) found = time;
  return found;
}

/**
 * Lines over time. The cursor follows the pointer and, as that of a slider does, the arrow keys; what it is at is told in
 * words as well.
 */
export function TimeChart({ title, lines, window, unit, textAt, cursor, onCursor }: TimeChartProps) {
  const [place, width] = useWidth();
  const times = timesOf(lines);
  const values = lines.flatMap(({ points }) => points.map(({ value }) => value));
  const marks = valueMarks(Math.min(0, ...values), Math.max(0, ...values), unit);
  const scales = scalesOf(window, marks, width);
  const last = times.length - 1;
  const at = cursor === undefined ? -1 : times.indexOf(cursor);
  const index = at === -1 ? last : at;
  const time = times[index];
  return (
    <div
      ref={place}
      class="time-chart"
      tabIndex={0}
      role="slider"
      aria-label={`${title}：时间`}
      aria-valuemin={0}
      aria-valuemax={Math.max(last, 0)}
      aria-valuenow={Math.max(index, 0)}
      aria-valuetext={time === undefined ? '没有数据' : textAt(time)}
      onKeyDown={(event) => {
        const move = KEYS[event.key];
        if (event.key === 'Escape') onCursor(undefined);
        if (!move || last < 0) return;
        event.preventDefault();
        onCursor(times[Math.min(last, Math.max(0, move(index, last)))]);
      }}
      onPointerMove={({ clientX, currentTarget }) =>
        onCursor(nearest(times, scales.x, clientX - currentTarget.getBoundingClientRect().left))
      }
      onPointerLeave={() => onCursor(undefined)}
    >
      <svg width={width} height={HEIGHT} aria-hidden="true" focusable="false">
        <Axes window={window} marks={marks} unit={unit} scales={scales} />
        {lines.map((line, order) => {
          const { lines: whole, dots } = pathsOf(line, window.step, scales);
          return (
            <g key={line.name} class={strokeOf(order)}>
              <path d={whole} />
              <path class="dots" d={dots} />
            </g>
          );
        })}
        {at !== -1 && cursor !== undefined && (
          <line
            class="cursor"
            x1={scales.x(cursor)}
            x2={scales.x(cursor)}
            y1={MARGIN.top}
            y2={HEIGHT - MARGIN.bottom}
          />
        )}
      </svg>
    </div>
  );
}
