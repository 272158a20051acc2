import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  createTextWatermark,
  HistogramSeries,
  LineSeries,
  type IChartApi,
  type ISeriesApi,
  type ITextWatermarkPluginApi,
  type SeriesType,
  type Time,
} from 'lightweight-charts';
import { compact, monthsBefore } from '../format.ts';
import type { View } from '../load.ts';
import { RANGE_MONTHS, type Range } from '../address.ts';
import type { Overlay, Pane } from '../state.ts';
import { COLUMNS, OVERLAY_COLUMNS, TITLES, VOLUME_TITLE, type Column } from './columns.ts';
import { readPalette, type Palette } from './palette.ts';
import { marksOf } from './marks.ts';
import { candleStyle, histogramColor, volumeColor } from './styles.ts';

export interface Drawing {
  readonly overlay: Overlay;
  readonly panes: readonly [Pane, Pane];
  readonly range: Range;
  /** Changes when the reader asks for the range, also for the one that was asked for before. */
  readonly asked: number;
}

const QUIET = { priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false } as const;
/** Shares of the height: candles, volume, two indicator panes. */
const STRETCH = [5, 1.4, 1.8, 1.8];

/** Shares of the height of the upper pane that stay free above and below. */
const CANDLES = { top: 0.06, bottom: 0.08 };
const MARKS = { top: 0.93, bottom: 0 };
const SHAPES = {
  rights: 'arrowUp',
  halt: 'square',
} as const;

/** Candles with overlays, volume and two indicator panes on one time axis; red rises and green falls. */
export class PriceChart {
  readonly #chart: IChartApi;
  readonly #scheme = matchMedia('(prefers-color-scheme: dark)');
  #series: ISeriesApi<SeriesType>[] = [];
  #titles: ITextWatermarkPluginApi<Time>[] = [];
  /** The shown section is that of a range button: the reader has not scrolled or zoomed since. */
  #isAtRange = false;
  readonly #resized: ResizeObserver;
  #drawn: { readonly view: View; readonly drawing: Drawing } | undefined;

  constructor(place: HTMLElement, onCursor: (index: number | undefined) => void) {
    this.#chart = createChart(place, {
      autoSize: true,
      // The logo brings a style element that a strict policy refuses; the footer carries the notice instead.
      layout: { attributionLogo: false, fontSize: 11 },
      rightPriceScale: { borderVisible: false, minimumWidth: 64, entireTextOnly: true },
      timeScale: { borderVisible: false, rightOffset: 2, minBarSpacing: 0.05 },
      localization: { locale: 'zh-CN', dateFormat: 'yyyy-MM-dd' },
    });
    this.#chart.subscribeCrosshairMove(({ time, logical }) => {
      onCursor(time === undefined || logical === undefined ? undefined : Math.round(logical));
    });
    this.#scheme.addEventListener('change', this.#redraw);
    for (const moved of ['wheel', 'pointerdown'] as const)
      place.addEventListener(moved, () => (this.#isAtRange = false), { passive: true });
    // The chart keeps the width of its bars when it becomes wider or narrower, and so would show another section.
    this.#resized = new ResizeObserver(() => requestAnimationFrame(this.#keepRange));
    this.#resized.observe(place);
  }

  readonly #keepRange = (): void => {
    if (this.#drawn && this.#isAtRange) this.#showRange(this.#drawn.view, this.#drawn.drawing.range);
  };

  readonly #redraw = (): void => {
    if (this.#drawn) this.draw(this.#drawn.view, this.#drawn.drawing);
  };

  draw(view: View, drawing: Drawing): void {
    const palette = readPalette();
    this.#applyPalette(palette);
    for (const title of this.#titles) title.detach();
    for (const series of this.#series) this.#chart.removeSeries(series);
    this.#series = [];
    this.#drawCandles(view, palette);
    for (const column of OVERLAY_COLUMNS[drawing.overlay]) this.#drawColumn(view, column, 0, palette);
    this.#drawMarks(view, palette);
    this.#drawVolume(view, palette);
    for (const [index, pane] of drawing.panes.entries()) {
      for (const column of COLUMNS[pane].toSorted(
        (a, b) => Number(b.histogram ?? 0) - Number(a.histogram ?? 0),
      )) {
        this.#drawColumn(view, column, index + 2, palette);
      }
    }
    for (const [index, pane] of this.#chart.panes().entries()) pane.setStretchFactor(STRETCH[index] ?? 1);
    this.#drawTitles([VOLUME_TITLE, ...drawing.panes.map((pane) => TITLES[pane])], palette);
    if (!this.#shows(view, drawing)) this.#showRange(view, drawing.range);
    this.#drawn = { view, drawing };
  }

  /** The same bars fetched again must not take away the section that the reader is looking at. */
  #shows({ symbol, period, bars }: View, { range, asked }: Drawing): boolean {
    const { view, drawing } = this.#drawn ?? {};
    const isSame = drawing?.range === range && drawing.asked === asked;
    return isSame && view?.symbol === symbol && view.period === period && view.bars.length === bars.length;
  }

  remove(): void {
    this.#scheme.removeEventListener('change', this.#redraw);
    this.#resized.disconnect();
    this.#chart.remove();
  }

  #applyPalette({ background, text, grid }: Palette): void {
    this.#chart.applyOptions({
      layout: { background: { color: background }, textColor: text, panes: { separatorColor: grid } },
      grid: { vertLines: { color: grid }, horzLines: { color: grid } },
    });
  }

  /** The names of the panes below the candles, each in its upper left corner. */
  #drawTitles(texts: readonly string[], { text: color }: Palette): void {
    this.#titles = this.#chart
      .panes()
      .slice(1)
      .map((pane, index) =>
        createTextWatermark(pane, {
          horzAlign: 'left',
          vertAlign: 'top',
          lines: [{ text: texts[index] ?? '', color, fontSize: 11 }],
        }),
      );
  }

  #drawCandles(view: View, palette: Palette): void {
    const options = { ...candleStyle(palette), priceLineVisible: false };
    const series = this.#chart.addSeries(CandlestickSeries, options, 0);
    series.setData(
      view.bars.map((bar) => ({
        time: bar.date,
        open: Number(bar.open),
        high: Number(bar.high),
        low: Number(bar.low),
        close: Number(bar.close),
      })),
    );
    series.priceScale().applyOptions({ scaleMargins: CANDLES });
    this.#series.push(series);
  }

  /** One row of marks on a scale of its own at the foot of the pane: beside the candles they would lie upon the lines. */
  #drawMarks(view: View, { text: color }: Palette): void {
    const hidden = { ...QUIET, lineVisible: false, priceScaleId: 'marks' } as const;
    const series = this.#chart.addSeries(LineSeries, hidden, 0);
    series.setData(view.bars.map(({ date }) => ({ time: date, value: 0 })));
    series.priceScale().applyOptions({ scaleMargins: MARKS });
    createSeriesMarkers(
      series,
      marksOf(view).map(({ time, kind }) => ({
        time,
        color,
        position: 'inBar',
        shape: SHAPES[kind],
        size: 0.5,
      })),
    );
    this.#series.push(series);
  }

  #drawVolume({ bars }: View, palette: Palette): void {
    const priceFormat = { type: 'custom', formatter: compact, minMove: 1 } as const;
    const series = this.#chart.addSeries(HistogramSeries, { ...QUIET, priceFormat }, 1);
    series.setData(
      bars.map((bar) => ({
        time: bar.date,
        value: bar.volume,
        color: volumeColor(bar, palette),
      })),
    );
    this.#series.push(series);
  }

  #drawColumn(
    { indicators }: View,
    { name, color, histogram }: Column,
    pane: number,
    palette: Palette,
  ): void {
    const priceFormat = { type: 'price', precision: 2, minMove: 0.01 } as const;
    const points = indicators.map(({ date, values }) => {
      const value = values[name];
      if (value === null || value === undefined) return { time: date };
      return histogram ? { time: date, value, color: histogramColor(value, palette) } : { time: date, value };
    });
    const series = histogram
      ? this.#chart.addSeries(HistogramSeries, { ...QUIET, priceFormat }, pane)
      : this.#chart.addSeries(
          LineSeries,
          { ...QUIET, priceFormat, lineWidth: 1, color: palette.series[color] },
          pane,
        );
    series.setData(points);
    this.#series.push(series);
  }

  #showRange({ bars }: View, range: Range): void {
    this.#isAtRange = true;
    const months = RANGE_MONTHS[range];
    const last = bars.at(-1);
    if (months === undefined || !last) return this.#chart.timeScale().fitContent();
    const from = monthsBefore(last.date, months);
    const first = bars.findIndex((bar) => bar.date >= from);
    this.#chart.timeScale().setVisibleLogicalRange({ from: Math.max(first, 0) - 0.5, to: bars.length + 1 });
  }
}
